/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/sasl/valija-sasl-private.h"

#include "base/valija-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How many names of the server an error repeats. */
#define NAMES_LIMIT 12

/* RFC 4422 §3.1 */
#define NAME_LENGTH_LIMIT 20

/* What cannot be read or replayed comes before what shows the secret. Binding to the channel comes before the better
 * hash: it is what finds out a man in the middle. */
static const ValijaSaslMechanism mechanisms[] = {
  { .name = "SCRAM-SHA-256-PLUS", .kind = VALIJA_SASL_SCRAM, .sha256 = TRUE, .binds_channel = TRUE },
  { .name = "SCRAM-SHA-1-PLUS", .kind = VALIJA_SASL_SCRAM, .binds_channel = TRUE },
  { .name = "SCRAM-SHA-256", .kind = VALIJA_SASL_SCRAM, .sha256 = TRUE },
  { .name = "SCRAM-SHA-1", .kind = VALIJA_SASL_SCRAM },
  { .name = "CRAM-MD5", .kind = VALIJA_SASL_CRAM_MD5 },
  { .name = "PLAIN", .kind = VALIJA_SASL_PLAIN, .shows_secret = TRUE },
  { .name = "LOGIN", .kind = VALIJA_SASL_LOGIN, .shows_secret = TRUE },
  { .name = "OAUTHBEARER", .kind = VALIJA_SASL_OAUTHBEARER, .shows_secret = TRUE, .takes_token = TRUE },
  { .name = "XOAUTH2", .kind = VALIJA_SASL_XOAUTH2, .shows_secret = TRUE, .takes_token = TRUE },
  { .name = "EXTERNAL", .kind = VALIJA_SASL_EXTERNAL },
};

const ValijaSaslMechanism *
valija_sasl_find_mechanism (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      if (g_ascii_strcasecmp (mechanisms[i].name, name) == 0)
        return &mechanisms[i];
    }

  return NULL;
}

static gboolean
is_offered (const char * const *offered,
            const char         *name)
{
  for (gsize i = 0; offered != NULL && offered[i] != NULL; i++)
    {
      if (g_ascii_strcasecmp (offered[i], name) == 0)
        return TRUE;
    }

  return FALSE;
}

gboolean
valija_sasl_offers_binding (const char * const *offered)
{
  for (gsize i = 0; offered != NULL && offered[i] != NULL; i++)
    {
      if (strlen (offered[i]) > 5 &&
          g_ascii_strcasecmp (offered[i] + strlen (offered[i]) - 5, "-PLUS") == 0)
        return TRUE;
    }

  return FALSE;
}

/* The server's names as they may be shown to a person. */
static char *
list_names (const char * const *offered)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (gsize i = 0; offered != NULL && offered[i] != NULL && i < NAMES_LIMIT; i++)
    {
      if (names->len > 0)
        g_string_append (names, ", ");

      for (gsize j = 0; offered[i][j] != '\0' && j < NAME_LENGTH_LIMIT; j++)
        g_string_append_c (names, g_ascii_isgraph (offered[i][j]) ? offered[i][j] : '?');
    }

  if (names->len == 0)
    /* Translators: in the place of a list of names of ways of signing in */
    g_string_append (names, _("none"));

  return g_string_free_and_steal (g_steal_pointer (&names));
}

static gboolean
is_protected (const ValijaSaslTerms     *terms,
              const ValijaSaslMechanism *mechanism)
{
  return !mechanism->shows_secret || terms->encrypted || terms->allow_cleartext;
}

static gboolean
is_possible (const ValijaSaslTerms     *terms,
             const ValijaSaslMechanism *mechanism)
{
  return !mechanism->binds_channel || terms->tls_exporter != NULL || terms->tls_server_end_point != NULL;
}

static const char *
choose_forced (const ValijaSaslTerms  *terms,
               const char * const     *offered,
               GError                **error)
{
  const ValijaSaslMechanism *mechanism = valija_sasl_find_mechanism (terms->forced_mechanism);
  g_autofree char *names = list_names (offered);

  if (mechanism == NULL)
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("Valija does not know the way of signing in “%s”. The server offers: %s."),
                      terms->forced_mechanism, names);
  else if (!is_offered (offered, mechanism->name))
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("The server does not offer the way of signing in “%s” that this account asks for. It offers: "
                        "%s."),
                      mechanism->name, names);
  else if (!is_protected (terms, mechanism))
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("“%s” would send the password readable for everybody, as this connection is not encrypted."),
                      mechanism->name);
  else if (!is_possible (terms, mechanism))
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("“%s” needs an encrypted connection that it can be bound to."), mechanism->name);
  else
    return mechanism->name;

  return NULL;
}

const char *
valija_sasl_choose (const ValijaSaslTerms  *terms,
                    const char * const     *offered,
                    GError                **error)
{
  g_autofree char *names = NULL;
  gboolean unprotected = FALSE;

  g_return_val_if_fail (terms != NULL, NULL);

  if (terms->forced_mechanism != NULL && terms->forced_mechanism[0] != '\0')
    return choose_forced (terms, offered, error);

  for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    {
      const ValijaSaslMechanism *mechanism = &mechanisms[i];

      if (mechanism->kind == VALIJA_SASL_EXTERNAL ||
          mechanism->takes_token != terms->has_token ||
          !is_possible (terms, mechanism) ||
          !is_offered (offered, mechanism->name))
        continue;

      if (is_protected (terms, mechanism))
        return mechanism->name;

      unprotected = TRUE;
    }

  names = list_names (offered);

  if (unprotected)
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("The server takes the password only in clear text, and this connection is not encrypted: "
                        "everybody on the way could read it."));
  else if (terms->has_token)
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("The server does not accept signing in through the browser. It offers: %s."), names);
  else
    valija_error_set (error, VALIJA_ERROR_NO_MECHANISM,
                      _("The server offers no way of signing in that Valija knows. It offers: %s."), names);

  return NULL;
}
