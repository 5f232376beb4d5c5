/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-account.h"

#include "model/valija-address.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TEXT_LIMIT 1024
#define HOST_LIMIT 255

#define OWN_KEYS "name", "email", "full-name", "senders", "timeout"
#define GENERAL_KEYS OWN_KEYS, "keep-sent"
#define SIDE_KEYS(side) \
  side ".host", side ".port", side ".security", side ".user", side ".mechanism", side ".ca", \
  side ".cleartext-password"

typedef enum
{
  KIND_TEXT,
  KIND_NUMBER,
  KIND_BOOLEAN,
  KIND_SECURITY,
  KIND_KEEP_SENT,
  KIND_FILE,
  KIND_ADDRESSES,
} Kind;

typedef struct
{
  const char *key;
  const char *property;
  Kind kind;
} Key;

static const char * const sending_keys[] = { GENERAL_KEYS, SIDE_KEYS ("outgoing"), NULL };
static const char * const fetching_keys[] = {
  GENERAL_KEYS, "body-days", "paused", "delete-after-days", "delete-removed",
  SIDE_KEYS ("incoming"), SIDE_KEYS ("outgoing"), NULL
};
static const char * const reading_keys[] = {
  GENERAL_KEYS, "body-days", "paused", SIDE_KEYS ("incoming"), SIDE_KEYS ("outgoing"), NULL
};

/* The one server keeps what is sent by itself. */
static const char * const service_keys[] = { OWN_KEYS, "body-days", "paused", SIDE_KEYS ("incoming"), NULL };
static const char * const exchange_keys[] = {
  OWN_KEYS, "body-days", "paused", "shared", SIDE_KEYS ("incoming"), NULL
};

static const Key account_keys[] = {
  { "name", "name", KIND_TEXT },
  { "email", "email", KIND_TEXT },
  { "full-name", "full-name", KIND_TEXT },
  { "senders", "senders", KIND_ADDRESSES },
  { "keep-sent", "keep-sent", KIND_KEEP_SENT },
  { "timeout", "timeout", KIND_NUMBER },
  { "body-days", "body-days", KIND_NUMBER },
  { "paused", "paused", KIND_BOOLEAN },
  { "delete-after-days", "delete-after-days", KIND_NUMBER },
  { "delete-removed", "delete-removed", KIND_BOOLEAN },
  { "shared", "shared", KIND_ADDRESSES },
};

static const Key server_keys[] = {
  { "host", "host", KIND_TEXT },
  { "port", "port", KIND_NUMBER },
  { "security", "security", KIND_SECURITY },
  { "user", "user", KIND_TEXT },
  { "mechanism", "mechanism", KIND_TEXT },
  { "ca", "ca-file", KIND_FILE },
  { "cleartext-password", "cleartext-password", KIND_BOOLEAN },
};

static const Key *
find_key (const Key  *keys,
          guint       n_keys,
          const char *name)
{
  for (guint i = 0; i < n_keys; i++)
    {
      if (strcmp (keys[i].key, name) == 0)
        return &keys[i];
    }

  return NULL;
}

static gboolean
is_mixed (ValijaAccount *self)
{
  return g_str_equal (valija_account_get_method (self), "mixed");
}

/* The object and key that @name means; without a side before it, a server's key means the method's main side. */
static GObject *
resolve (ValijaAccount *self,
         const char    *name,
         const Key    **key)
{
  ValijaSide side = VALIJA_SIDE_INCOMING;
  const char *server_key = name;

  if ((*key = find_key (account_keys, G_N_ELEMENTS (account_keys), name)) != NULL)
    return g_strv_contains (valija_account_list_keys (self), name) ? G_OBJECT (self) : NULL;

  if (g_str_has_prefix (name, "incoming."))
    server_key = name + strlen ("incoming.");
  else if (g_str_has_prefix (name, "outgoing."))
    {
      server_key = name + strlen ("outgoing.");
      side = VALIJA_SIDE_OUTGOING;
    }
  else if (!valija_account_has_side (self, VALIJA_SIDE_INCOMING))
    side = VALIJA_SIDE_OUTGOING;

  if ((side == VALIJA_SIDE_INCOMING && !valija_account_has_side (self, side)) ||
      (side == VALIJA_SIDE_OUTGOING && valija_account_has_one_server (self)))
    return NULL;

  *key = find_key (server_keys, G_N_ELEMENTS (server_keys), server_key);

  return *key != NULL ? G_OBJECT (valija_account_get_server (self, side)) : NULL;
}

static gboolean
set_number (GObject    *object,
            const Key  *key,
            const char *name,
            const char *value,
            GError    **error)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), key->property);
  gint64 minimum;
  gint64 maximum;
  gint64 number;

  if (G_IS_PARAM_SPEC_UINT (pspec))
    {
      minimum = G_PARAM_SPEC_UINT (pspec)->minimum;
      maximum = G_PARAM_SPEC_UINT (pspec)->maximum;
    }
  else
    {
      minimum = G_PARAM_SPEC_INT (pspec)->minimum;
      maximum = G_PARAM_SPEC_INT (pspec)->maximum;
    }

  if (!g_ascii_string_to_signed (value, 10, minimum, maximum, &number, NULL))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("“%s” must be a whole number from %d to %d."), name, (int) minimum, (int) maximum);
      return FALSE;
    }

  if (G_IS_PARAM_SPEC_UINT (pspec))
    g_object_set (object, key->property, (guint) number, NULL);
  else
    g_object_set (object, key->property, (int) number, NULL);

  return TRUE;
}

static gboolean
set_text (GObject    *object,
          const Key  *key,
          const char *name,
          const char *value,
          GError    **error)
{
  g_autofree char *path = NULL;

  if (!g_utf8_validate (value, -1, NULL) || strlen (value) > TEXT_LIMIT)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The value of “%s” is too long or no text."), name);
      return FALSE;
    }

  for (const char *p = value; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID, _("The value of “%s” must be one line of text."), name);
          return FALSE;
        }
    }

  /* The file is read later, from whatever directory that process runs in */
  if (key->kind == KIND_FILE && *value != '\0')
    value = path = g_canonicalize_filename (value, NULL);

  g_object_set (object, key->property, value, NULL);

  return TRUE;
}

/* With commas between them; each once. */
static gboolean
set_addresses (GObject    *object,
               const Key  *key,
               const char *name,
               const char *value,
               GError    **error)
{
  g_auto(GStrv) words = g_strsplit_set (value, ",;", -1);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr(GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto(GStrv) addresses = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *address = g_strstrip (words[i]);

      if (*address == '\0')
        continue;
      if (!valija_address_is_valid (address))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID,
                            _("“%s” is not a mail address. It looks like “ana@example.org”."), address);
          return FALSE;
        }
      if (g_hash_table_add (known, g_ascii_strdown (address, -1)))
        g_strv_builder_add (builder, address);
    }

  addresses = g_strv_builder_end (builder);
  text = g_strjoinv (", ", addresses);

  return set_text (object, key, name, text, error);
}

static gboolean
set_resolved (GObject    *object,
              const Key  *key,
              const char *name,
              const char *value,
              GError    **error)
{
  ValijaSecurity security;
  ValijaKeepSent keep;

  switch (key->kind)
    {
    case KIND_TEXT:
    case KIND_FILE:
      return set_text (object, key, name, value, error);

    case KIND_ADDRESSES:
      return set_addresses (object, key, name, value, error);

    case KIND_NUMBER:
      return set_number (object, key, name, value, error);

    case KIND_BOOLEAN:
      if (!g_str_equal (value, "true") && !g_str_equal (value, "false"))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” must be “true” or “false”."), name);
          return FALSE;
        }
      g_object_set (object, key->property, g_str_equal (value, "true"), NULL);
      return TRUE;

    case KIND_SECURITY:
      if (!valija_security_from_nick (value, &security))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” must be “tls”, “starttls” or “none”."), name);
          return FALSE;
        }
      g_object_set (object, key->property, (int) security, NULL);
      return TRUE;

    case KIND_KEEP_SENT:
      if (!valija_keep_sent_from_nick (value, &keep))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” must be “server”, “here” or “not”."), name);
          return FALSE;
        }
      g_object_set (object, key->property, (int) keep, NULL);
      return TRUE;

    default:
      g_assert_not_reached ();
    }
}

static gboolean
check_host (const char *host,
            ValijaSide  side,
            GError    **error)
{
  const char *message;

  if (*host == '\0')
    {
      if (side == VALIJA_SIDE_BOTH)
        message = _("The name of the server is missing.");
      else
        message = side == VALIJA_SIDE_OUTGOING
                  ? _("The name of the outgoing server is missing.")
                  : _("The name of the incoming server is missing.");
      valija_error_set (error, VALIJA_ERROR_INVALID, "%s", message);
      return FALSE;
    }

  if (strlen (host) > HOST_LIMIT || strpbrk (host, " /@\\\"<>") != NULL || *host == '.' || *host == '-')
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("“%s” is not the name of a server. It looks like “mail.example.org”, without a path."), host);
      return FALSE;
    }

  return TRUE;
}

/**
 * valija_account_set_key:
 * @key: a short or full name
 * @value: the new value as text; "" is the default of a text
 *
 * Changes one setting.
 *
 * Returns: whether it was changed; otherwise @error is VALIJA_ERROR_INVALID
 */
gboolean
valija_account_set_key (ValijaAccount *self,
                        const char    *key,
                        const char    *value,
                        GError       **error)
{
  g_autofree char *trimmed = NULL;
  const Key *resolved = NULL;
  GObject *object;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);

  object = resolve (self, key, &resolved);
  if (object == NULL)
    {
      g_autofree char *known = g_strjoinv (", ", (char **) valija_account_list_keys (self));

      valija_error_set (error, VALIJA_ERROR_INVALID, _("There is no setting “%s”. There are: %s."), key, known);
      return FALSE;
    }

  trimmed = g_strstrip (g_strdup (value));

  if (is_mixed (self) && object != G_OBJECT (self) && strchr (key, '.') == NULL)
    {
      if (g_str_equal (key, "port"))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID,
                            _("This account has two servers. Say “incoming.port” or “outgoing.port”."));
          return FALSE;
        }

      if (!set_resolved (G_OBJECT (valija_account_get_outgoing (self)), resolved, key, trimmed, error))
        return FALSE;
    }

  /* The web knows TLS at once, or none */
  if (resolved->kind == KIND_SECURITY && valija_account_has_one_server (self) && g_str_equal (trimmed, "starttls"))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("“%s” must be “tls” or “none” with this method."), key);
      return FALSE;
    }

  return set_resolved (object, resolved, key, trimmed, error);
}

/**
 * valija_account_dup_key:
 * @key: a short or full name
 *
 * Returns: (transfer full) (nullable): the setting as valija_account_set_key() takes it, or NULL for an unknown key
 */
char *
valija_account_dup_key (ValijaAccount *self,
                        const char    *key)
{
  g_auto(GValue) value = G_VALUE_INIT;
  const Key *resolved = NULL;
  GObject *object;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  object = resolve (self, key, &resolved);
  if (object == NULL)
    return NULL;

  g_object_get_property (object, resolved->property, &value);

  switch (resolved->kind)
    {
    case KIND_TEXT:
    case KIND_FILE:
    case KIND_ADDRESSES:
      return g_value_dup_string (&value);
    case KIND_NUMBER:
      return G_VALUE_HOLDS_UINT (&value) ? g_strdup_printf ("%u", g_value_get_uint (&value))
                                         : g_strdup_printf ("%d", g_value_get_int (&value));
    case KIND_BOOLEAN:
      return g_strdup (g_value_get_boolean (&value) ? "true" : "false");
    case KIND_SECURITY:
      return g_strdup (valija_security_to_nick (g_value_get_int (&value)));
    case KIND_KEEP_SENT:
      return g_strdup (valija_keep_sent_to_nick (g_value_get_int (&value)));
    default:
      g_assert_not_reached ();
    }
}

/**
 * valija_account_list_keys:
 *
 * Returns: (transfer none): the full names of the settings that the account's method has
 */
const char * const *
valija_account_list_keys (ValijaAccount *self)
{
  const char *method;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  method = valija_account_get_method (self);

  if (g_str_equal (method, "smtp"))
    return sending_keys;
  if (g_str_equal (method, "pop3") || g_str_equal (method, "mixed"))
    return fetching_keys;

  if (g_str_equal (method, "exchange"))
    return exchange_keys;
  if (valija_account_has_one_server (self))
    return service_keys;

  return reading_keys;
}

/**
 * valija_account_validate:
 *
 * Returns: whether the account is complete enough to connect; otherwise @error is VALIJA_ERROR_INVALID
 */
gboolean
valija_account_validate (ValijaAccount *self,
                         GError       **error)
{
  static const ValijaSide sides[] = { VALIJA_SIDE_INCOMING, VALIJA_SIDE_OUTGOING };
  const char *email;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);

  email = valija_account_get_email (self);
  if (*email != '\0' && !valija_address_is_valid (email))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("“%s” is not a mail address. It looks like “ana@example.org”."), email);
      return FALSE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      if (valija_account_has_side (self, sides[i]) &&
          !check_host (valija_server_get_host (valija_account_get_server (self, sides[i])),
                       valija_account_name_side (self, sides[i]), error))
        return FALSE;
    }

  if (valija_account_has_side (self, VALIJA_SIDE_INCOMING))
    {
      ValijaServer *server = valija_account_get_incoming (self);

      /* A client certificate says by itself who signs in; and one server knows the address */
      if (*valija_server_get_user (server) == '\0' && !(valija_account_has_one_server (self) && *email != '\0') &&
          g_ascii_strcasecmp (valija_server_get_mechanism (server), "EXTERNAL") != 0)
        {
          valija_error_set (error, VALIJA_ERROR_INVALID, "%s",
                            valija_account_has_one_server (self)
                              ? _("The user name is missing.")
                              : _("The user name for the incoming server is missing."));
          return FALSE;
        }
    }

  return TRUE;
}

/* All that may change after construction. */
static void
copy_settings (GObject *from,
               GObject *to)
{
  guint n_properties;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (from), &n_properties);

  for (guint i = 0; i < n_properties; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;

      if ((pspecs[i]->flags & G_PARAM_CONSTRUCT_ONLY) != 0)
        continue;

      g_object_get_property (from, pspecs[i]->name, &value);
      g_object_set_property (to, pspecs[i]->name, &value);
    }
}

/**
 * valija_account_copy:
 *
 * Returns: (transfer full): an account with the same id and settings
 */
ValijaAccount *
valija_account_copy (ValijaAccount *self)
{
  ValijaAccount *copy;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  copy = g_object_new (VALIJA_TYPE_ACCOUNT,
                       "id", valija_account_get_id (self),
                       "method", valija_account_get_method (self),
                       NULL);
  copy_settings (G_OBJECT (self), G_OBJECT (copy));
  copy_settings (G_OBJECT (valija_account_get_incoming (self)), G_OBJECT (valija_account_get_incoming (copy)));
  copy_settings (G_OBJECT (valija_account_get_outgoing (self)), G_OBJECT (valija_account_get_outgoing (copy)));
  g_object_set (copy, "name", valija_account_get_own_name (self), NULL);

  return copy;
}

/* "incoming.host" is key "host" of group "incoming"; what has no side is in group "account". */
static char *
split_key (const char  *full,
           const char **key)
{
  const char *dot = strchr (full, '.');

  *key = dot != NULL ? dot + 1 : full;

  return dot != NULL ? g_strndup (full, dot - full) : g_strdup ("account");
}

/**
 * valija_account_to_key_file:
 *
 * Returns: (transfer full): the account's settings, without any secret
 */
GKeyFile *
valija_account_to_key_file (ValijaAccount *self)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  const char * const *keys;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  g_key_file_set_string (file, "account", "id", valija_account_get_id (self));
  g_key_file_set_string (file, "account", "method", valija_account_get_method (self));

  keys = valija_account_list_keys (self);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      const char *key;
      g_autofree char *group = split_key (keys[i], &key);
      g_autofree char *value = NULL;

      /* The name falls back to others when asked for; what is stored is what the user gave */
      value = g_str_equal (keys[i], "name") ? g_strdup (valija_account_get_own_name (self))
                                            : valija_account_dup_key (self, keys[i]);
      g_key_file_set_string (file, group, key, value);
    }

  return g_steal_pointer (&file);
}

/**
 * valija_account_from_key_file:
 * @file: as valija_account_to_key_file() writes it; what is missing has its default, unknown keys are passed over
 *
 * Returns: (transfer full) (nullable): an account, or NULL with VALIJA_ERROR_INVALID
 */
ValijaAccount *
valija_account_from_key_file (GKeyFile *file,
                              GError  **error)
{
  g_autoptr(ValijaAccount) self = NULL;
  g_autofree char *id = NULL;
  g_autofree char *method = NULL;
  const char * const *keys;

  g_return_val_if_fail (file != NULL, NULL);

  id = g_key_file_get_string (file, "account", "id", NULL);
  method = g_key_file_get_string (file, "account", "method", NULL);

  if (method == NULL || *method == '\0' || id == NULL || !g_uuid_string_is_valid (id))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The file does not describe a mail account."));
      return NULL;
    }

  self = g_object_new (VALIJA_TYPE_ACCOUNT,
                       "id", id,
                       "method", method,
                       "keep-sent", valija_account_default_keep_sent (method),
                       NULL);

  keys = valija_account_list_keys (self);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      const char *key;
      g_autofree char *group = split_key (keys[i], &key);
      g_autofree char *value = g_key_file_get_string (file, group, key, NULL);

      if (value != NULL && !valija_account_set_key (self, keys[i], value, error))
        return NULL;
    }

  /* Before there were two settings one was both */
  if (!g_key_file_has_key (file, "account", "delete-removed", NULL))
    g_object_set (self, "delete-removed", valija_account_get_delete_after_days (self) >= 0, NULL);

  return g_steal_pointer (&self);
}
