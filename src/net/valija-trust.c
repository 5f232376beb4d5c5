/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-trust.h"

#include <glib/gi18n-lib.h>

#include "base/valija-error.h"

#define ACCEPTED "accepted"
#define REJECTED "rejected"

struct _ValijaTrust
{
  GObject parent_instance;

  GFile *file;         /* nullable */
  GKeyFile *decisions; /* a group for each host:port, a key for each print */
};

G_DEFINE_FINAL_TYPE (ValijaTrust, valija_trust, G_TYPE_OBJECT)

/* A key file's group may hold neither brackets nor control characters; a host may hold whatever
 * somebody typed. */
static char *
make_group (const ValijaCertificate *certificate)
{
  g_autofree char *lower = g_ascii_strdown (certificate->host, -1);
  g_autofree char *host = g_uri_escape_string (lower, ":", FALSE);

  return g_strdup_printf ("%s:%u", host, certificate->port);
}

/* The groups of the certificate's host, that of its own port first: the ports of a server share a certificate, and one
 * question is enough for it. (transfer full) */
static GStrv
list_groups (ValijaTrust *self, const ValijaCertificate *certificate)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *own = make_group (certificate);
  g_autofree char *host = g_strndup (own, (gsize) (strrchr (own, ':') + 1 - own));
  g_auto(GStrv) all = g_key_file_get_groups (self->decisions, NULL);

  g_strv_builder_add (builder, own);
  for (gsize i = 0; all[i] != NULL; i++)
    if (g_str_has_prefix (all[i], host) && strchr (all[i] + strlen (host), ':') == NULL && !g_str_equal (all[i], own))
      g_strv_builder_add (builder, all[i]);

  return g_strv_builder_end (builder);
}

static ValijaTrustDecision
decision_from_word (const char *word)
{
  if (g_strcmp0 (word, ACCEPTED) == 0)
    return VALIJA_TRUST_ACCEPTED;
  if (g_strcmp0 (word, REJECTED) == 0)
    return VALIJA_TRUST_REJECTED;

  return VALIJA_TRUST_UNDECIDED;
}

static gboolean
make_parent (GFile *file, GError **error)
{
  g_autoptr(GFile) parent = g_file_get_parent (file);
  g_autoptr(GError) local_error = NULL;

  if (parent == NULL || g_file_make_directory_with_parents (parent, NULL, &local_error) ||
      g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
save (ValijaTrust *self, GError **error)
{
  g_autoptr(GError) local_error = NULL;
  g_autofree char *data = NULL;
  ValijaErrorCode code;
  gsize length;

  if (self->file == NULL)
    return TRUE;

  data = g_key_file_to_data (self->decisions, &length, NULL);

  if (make_parent (self->file, &local_error) &&
      g_file_replace_contents (self->file, data, length, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, NULL, &local_error))
    return TRUE;

  code = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? VALIJA_ERROR_DISK_FULL
                                                                        : VALIJA_ERROR_STORAGE;
  valija_error_set (error, code, _("The decision about the certificate could not be saved: %s."),
                    valija_reason_of_error (local_error));
  return FALSE;
}

static void
valija_trust_finalize (GObject *object)
{
  ValijaTrust *self = VALIJA_TRUST (object);

  g_clear_object (&self->file);
  g_key_file_unref (self->decisions);

  G_OBJECT_CLASS (valija_trust_parent_class)->finalize (object);
}

static void
valija_trust_class_init (ValijaTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = valija_trust_finalize;
}

static void
valija_trust_init (ValijaTrust *self)
{
  self->decisions = g_key_file_new ();
}

/**
 * valija_trust_new:
 * @file: (nullable): a key file, which need not exist yet; %NULL keeps the decisions in memory only
 *
 * Reads what was decided before. A file that cannot be read counts as none: then nothing is
 * trusted.
 *
 * Returns: (transfer full): the decisions
 */
ValijaTrust *
valija_trust_new (GFile *file)
{
  ValijaTrust *self = g_object_new (VALIJA_TYPE_TRUST, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *data = NULL;
  gsize length;

  g_return_val_if_fail (file == NULL || G_IS_FILE (file), self);

  if (file == NULL)
    return self;

  self->file = g_object_ref (file);

  if (!g_file_load_contents (file, NULL, &data, &length, NULL, &error) ||
      (length > 0 && !g_key_file_load_from_data (self->decisions, data, length, G_KEY_FILE_KEEP_COMMENTS, &error)))
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_message ("The decisions about certificates could not be read: %s", error->message);
    }

  return self;
}

/**
 * valija_trust_lookup:
 * @self: the decisions
 * @certificate: a server's certificate
 *
 * Returns: what was decided about that very certificate at that very server, at whichever of its ports
 */
ValijaTrustDecision
valija_trust_lookup (ValijaTrust *self, ValijaCertificate *certificate)
{
  g_auto(GStrv) groups = NULL;

  g_return_val_if_fail (VALIJA_IS_TRUST (self), VALIJA_TRUST_UNDECIDED);
  g_return_val_if_fail (certificate != NULL, VALIJA_TRUST_UNDECIDED);

  if (*certificate->sha256 == '\0')
    return VALIJA_TRUST_UNDECIDED;

  groups = list_groups (self, certificate);
  for (gsize i = 0; groups[i] != NULL; i++)
    {
      g_autofree char *word = g_key_file_get_string (self->decisions, groups[i], certificate->sha256, NULL);

      if (decision_from_word (word) != VALIJA_TRUST_UNDECIDED)
        return decision_from_word (word);
    }

  return VALIJA_TRUST_UNDECIDED;
}

/**
 * valija_trust_has_other:
 * @self: the decisions
 * @certificate: a server's certificate
 *
 * Returns: whether another certificate is accepted for the same host and port
 */
gboolean
valija_trust_has_other (ValijaTrust *self, ValijaCertificate *certificate)
{
  g_autofree char *group = NULL;
  g_auto(GStrv) prints = NULL;

  g_return_val_if_fail (VALIJA_IS_TRUST (self), FALSE);
  g_return_val_if_fail (certificate != NULL, FALSE);

  group = make_group (certificate);
  prints = g_key_file_get_keys (self->decisions, group, NULL, NULL);

  for (gsize i = 0; prints != NULL && prints[i] != NULL; i++)
    {
      g_autofree char *word = g_key_file_get_string (self->decisions, group, prints[i], NULL);

      if (!g_str_equal (prints[i], certificate->sha256) && decision_from_word (word) == VALIJA_TRUST_ACCEPTED)
        return TRUE;
    }

  return FALSE;
}

/**
 * valija_trust_decide:
 * @self: the decisions
 * @certificate: a server's certificate
 * @decision: what holds from now on; %VALIJA_TRUST_UNDECIDED forgets
 * @error: VALIJA_ERROR_STORAGE or VALIJA_ERROR_DISK_FULL
 *
 * Returns: whether the decision is saved; it holds for this run in any case
 */
gboolean
valija_trust_decide (ValijaTrust        *self,
                     ValijaCertificate  *certificate,
                     ValijaTrustDecision decision,
                     GError            **error)
{
  g_autofree char *group = NULL;
  g_auto(GStrv) groups = NULL;

  g_return_val_if_fail (VALIJA_IS_TRUST (self), FALSE);
  g_return_val_if_fail (certificate != NULL && *certificate->sha256 != '\0', FALSE);

  group = make_group (certificate);

  /* The last word holds at all ports */
  groups = list_groups (self, certificate);
  for (gsize i = 0; groups[i] != NULL; i++)
    g_key_file_remove_key (self->decisions, groups[i], certificate->sha256, NULL);

  if (decision != VALIJA_TRUST_UNDECIDED)
    {
      g_key_file_set_string (self->decisions, group, certificate->sha256,
                             decision == VALIJA_TRUST_ACCEPTED ? ACCEPTED : REJECTED);
      g_key_file_set_comment (self->decisions, group, certificate->sha256, certificate->subject, NULL);
    }

  return save (self, error);
}
