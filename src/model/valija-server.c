/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-server.h"

struct _ValijaServer
{
  GObject parent_instance;

  char *host;
  char *user;
  char *mechanism;
  char *ca_file;
  guint port;
  ValijaSecurity security;
  gboolean cleartext_password;
};

G_DEFINE_FINAL_TYPE (ValijaServer, valija_server, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_HOST,
  PROP_PORT,
  PROP_SECURITY,
  PROP_USER,
  PROP_MECHANISM,
  PROP_CA_FILE,
  PROP_CLEARTEXT_PASSWORD,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_text (ValijaServer *self,
          char        **field,
          const GValue *value,
          guint         prop_id)
{
  const char *text = g_value_get_string (value);

  if (g_set_str (field, text != NULL ? text : ""))
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
valija_server_finalize (GObject *object)
{
  ValijaServer *self = VALIJA_SERVER (object);

  g_free (self->host);
  g_free (self->user);
  g_free (self->mechanism);
  g_free (self->ca_file);

  G_OBJECT_CLASS (valija_server_parent_class)->finalize (object);
}

static void
valija_server_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  ValijaServer *self = VALIJA_SERVER (object);

  switch (prop_id)
    {
    case PROP_HOST:
      g_value_set_string (value, self->host);
      break;
    case PROP_PORT:
      g_value_set_uint (value, self->port);
      break;
    case PROP_SECURITY:
      g_value_set_int (value, self->security);
      break;
    case PROP_USER:
      g_value_set_string (value, self->user);
      break;
    case PROP_MECHANISM:
      g_value_set_string (value, self->mechanism);
      break;
    case PROP_CA_FILE:
      g_value_set_string (value, self->ca_file);
      break;
    case PROP_CLEARTEXT_PASSWORD:
      g_value_set_boolean (value, self->cleartext_password);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_server_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  ValijaServer *self = VALIJA_SERVER (object);

  switch (prop_id)
    {
    case PROP_HOST:
      set_text (self, &self->host, value, prop_id);
      break;
    case PROP_USER:
      set_text (self, &self->user, value, prop_id);
      break;
    case PROP_MECHANISM:
      set_text (self, &self->mechanism, value, prop_id);
      break;
    case PROP_CA_FILE:
      set_text (self, &self->ca_file, value, prop_id);
      break;
    case PROP_PORT:
      if (self->port != g_value_get_uint (value))
        {
          self->port = g_value_get_uint (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_SECURITY:
      if (self->security != (ValijaSecurity) g_value_get_int (value))
        {
          self->security = g_value_get_int (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_CLEARTEXT_PASSWORD:
      if (self->cleartext_password != g_value_get_boolean (value))
        {
          self->cleartext_password = g_value_get_boolean (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_server_class_init (ValijaServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = valija_server_finalize;
  object_class->get_property = valija_server_get_property;
  object_class->set_property = valija_server_set_property;

  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, "", flags);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, 0, flags);
  properties[PROP_SECURITY] = g_param_spec_int ("security", NULL, NULL,
                                                VALIJA_SECURITY_TLS, VALIJA_SECURITY_NONE, VALIJA_SECURITY_TLS,
                                                flags);
  properties[PROP_USER] = g_param_spec_string ("user", NULL, NULL, "", flags);
  properties[PROP_MECHANISM] = g_param_spec_string ("mechanism", NULL, NULL, "", flags);
  properties[PROP_CA_FILE] = g_param_spec_string ("ca-file", NULL, NULL, "", flags);
  properties[PROP_CLEARTEXT_PASSWORD] = g_param_spec_boolean ("cleartext-password", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_server_init (ValijaServer *self)
{
  self->host = g_strdup ("");
  self->user = g_strdup ("");
  self->mechanism = g_strdup ("");
  self->ca_file = g_strdup ("");
}

ValijaServer *
valija_server_new (void)
{
  return g_object_new (VALIJA_TYPE_SERVER, NULL);
}

const char *
valija_server_get_host (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), NULL);

  return self->host;
}

guint
valija_server_get_port (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), 0);

  return self->port;
}

ValijaSecurity
valija_server_get_security (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), VALIJA_SECURITY_TLS);

  return self->security;
}

const char *
valija_server_get_user (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), NULL);

  return self->user;
}

const char *
valija_server_get_mechanism (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), NULL);

  return self->mechanism;
}

const char *
valija_server_get_ca_file (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), NULL);

  return self->ca_file;
}

gboolean
valija_server_get_cleartext_password (ValijaServer *self)
{
  g_return_val_if_fail (VALIJA_IS_SERVER (self), FALSE);

  return self->cleartext_password;
}
