/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-account.h"

#include "model/valija-address.h"

#define DEFAULT_TIMEOUT 60
#define TIMEOUT_LIMIT 3600
#define DEFAULT_BODY_DAYS 90
#define DAYS_LIMIT 36500

struct _ValijaAccount
{
  GObject parent_instance;

  char *id;
  char *method;
  char *name;
  char *email;
  char *full_name;
  char *senders;
  char *shared;
  ValijaKeepSent keep_sent;
  int delete_after_days;
  gboolean delete_removed;
  guint timeout;
  int body_days;
  gboolean paused;
  ValijaServer *incoming;
  ValijaServer *outgoing;
};

G_DEFINE_FINAL_TYPE (ValijaAccount, valija_account, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_METHOD,
  PROP_NAME,
  PROP_EMAIL,
  PROP_FULL_NAME,
  PROP_SENDERS,
  PROP_SHARED,
  PROP_KEEP_SENT,
  PROP_DELETE_AFTER_DAYS,
  PROP_DELETE_REMOVED,
  PROP_TIMEOUT,
  PROP_BODY_DAYS,
  PROP_PAUSED,
  PROP_INCOMING,
  PROP_OUTGOING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_text (ValijaAccount *self,
          char         **field,
          const GValue  *value,
          guint          prop_id)
{
  const char *text = g_value_get_string (value);

  if (!g_set_str (field, text != NULL ? text : ""))
    return;

  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);

  /* What the name falls back to */
  if (prop_id == PROP_EMAIL && *self->name == '\0')
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

static void
set_number (ValijaAccount *self,
            int           *field,
            const GValue  *value,
            guint          prop_id)
{
  if (*field == g_value_get_int (value))
    return;

  *field = g_value_get_int (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
valija_account_constructed (GObject *object)
{
  ValijaAccount *self = VALIJA_ACCOUNT (object);

  G_OBJECT_CLASS (valija_account_parent_class)->constructed (object);

  if (self->id == NULL)
    self->id = g_uuid_string_random ();
  if (self->method == NULL)
    self->method = g_strdup ("");
  if (self->incoming == NULL)
    self->incoming = valija_server_new ();
  if (self->outgoing == NULL)
    self->outgoing = valija_server_new ();
}

static void
valija_account_dispose (GObject *object)
{
  ValijaAccount *self = VALIJA_ACCOUNT (object);

  g_clear_object (&self->incoming);
  g_clear_object (&self->outgoing);

  G_OBJECT_CLASS (valija_account_parent_class)->dispose (object);
}

static void
valija_account_finalize (GObject *object)
{
  ValijaAccount *self = VALIJA_ACCOUNT (object);

  g_free (self->id);
  g_free (self->method);
  g_free (self->name);
  g_free (self->email);
  g_free (self->full_name);
  g_free (self->senders);
  g_free (self->shared);

  G_OBJECT_CLASS (valija_account_parent_class)->finalize (object);
}

static void
valija_account_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  ValijaAccount *self = VALIJA_ACCOUNT (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_METHOD:
      g_value_set_string (value, self->method);
      break;
    case PROP_NAME:
      g_value_set_string (value, valija_account_get_name (self));
      break;
    case PROP_EMAIL:
      g_value_set_string (value, self->email);
      break;
    case PROP_FULL_NAME:
      g_value_set_string (value, self->full_name);
      break;
    case PROP_SENDERS:
      g_value_set_string (value, self->senders);
      break;
    case PROP_SHARED:
      g_value_set_string (value, self->shared);
      break;
    case PROP_KEEP_SENT:
      g_value_set_int (value, self->keep_sent);
      break;
    case PROP_DELETE_AFTER_DAYS:
      g_value_set_int (value, self->delete_after_days);
      break;
    case PROP_DELETE_REMOVED:
      g_value_set_boolean (value, self->delete_removed);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, self->timeout);
      break;
    case PROP_BODY_DAYS:
      g_value_set_int (value, self->body_days);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_INCOMING:
      g_value_set_object (value, self->incoming);
      break;
    case PROP_OUTGOING:
      g_value_set_object (value, self->outgoing);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_boolean (ValijaAccount *self,
             gboolean      *field,
             const GValue  *value,
             guint          prop_id)
{
  if (*field == g_value_get_boolean (value))
    return;

  *field = g_value_get_boolean (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
valija_account_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  ValijaAccount *self = VALIJA_ACCOUNT (object);

  switch (prop_id)
    {
    case PROP_ID:
      self->id = g_value_dup_string (value);
      break;
    case PROP_METHOD:
      self->method = g_value_dup_string (value);
      break;
    case PROP_NAME:
      set_text (self, &self->name, value, prop_id);
      break;
    case PROP_EMAIL:
      set_text (self, &self->email, value, prop_id);
      break;
    case PROP_FULL_NAME:
      set_text (self, &self->full_name, value, prop_id);
      break;
    case PROP_SENDERS:
      set_text (self, &self->senders, value, prop_id);
      break;
    case PROP_SHARED:
      set_text (self, &self->shared, value, prop_id);
      break;
    case PROP_KEEP_SENT:
      if (self->keep_sent != (ValijaKeepSent) g_value_get_int (value))
        {
          self->keep_sent = g_value_get_int (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_DELETE_AFTER_DAYS:
      set_number (self, &self->delete_after_days, value, prop_id);
      break;
    case PROP_DELETE_REMOVED:
      set_boolean (self, &self->delete_removed, value, prop_id);
      break;
    case PROP_BODY_DAYS:
      set_number (self, &self->body_days, value, prop_id);
      break;
    case PROP_PAUSED:
      set_boolean (self, &self->paused, value, prop_id);
      break;
    case PROP_TIMEOUT:
      if (self->timeout != g_value_get_uint (value))
        {
          self->timeout = g_value_get_uint (value);
          g_object_notify_by_pspec (object, pspec);
        }
      break;
    case PROP_INCOMING:
      self->incoming = g_value_dup_object (value);
      break;
    case PROP_OUTGOING:
      self->outgoing = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_account_class_init (ValijaAccountClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GParamFlags fixed = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_CONSTRUCT_ONLY;

  object_class->constructed = valija_account_constructed;
  object_class->dispose = valija_account_dispose;
  object_class->finalize = valija_account_finalize;
  object_class->get_property = valija_account_get_property;
  object_class->set_property = valija_account_set_property;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, fixed);
  properties[PROP_METHOD] = g_param_spec_string ("method", NULL, NULL, NULL, fixed);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_EMAIL] = g_param_spec_string ("email", NULL, NULL, "", flags);
  properties[PROP_FULL_NAME] = g_param_spec_string ("full-name", NULL, NULL, "", flags);
  properties[PROP_SENDERS] = g_param_spec_string ("senders", NULL, NULL, "", flags);
  properties[PROP_SHARED] = g_param_spec_string ("shared", NULL, NULL, "", flags);
  properties[PROP_KEEP_SENT] = g_param_spec_int ("keep-sent", NULL, NULL,
                                                 VALIJA_KEEP_SENT_SERVER, VALIJA_KEEP_SENT_NOT,
                                                 VALIJA_KEEP_SENT_SERVER, flags);
  properties[PROP_DELETE_AFTER_DAYS] = g_param_spec_int ("delete-after-days", NULL, NULL, -1, DAYS_LIMIT, -1, flags);
  properties[PROP_DELETE_REMOVED] = g_param_spec_boolean ("delete-removed", NULL, NULL, FALSE, flags);
  properties[PROP_TIMEOUT] = g_param_spec_uint ("timeout", NULL, NULL, 1, TIMEOUT_LIMIT, DEFAULT_TIMEOUT, flags);
  properties[PROP_BODY_DAYS] = g_param_spec_int ("body-days", NULL, NULL, -1, DAYS_LIMIT, DEFAULT_BODY_DAYS, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  properties[PROP_INCOMING] = g_param_spec_object ("incoming", NULL, NULL, VALIJA_TYPE_SERVER, fixed);
  properties[PROP_OUTGOING] = g_param_spec_object ("outgoing", NULL, NULL, VALIJA_TYPE_SERVER, fixed);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_account_init (ValijaAccount *self)
{
  self->name = g_strdup ("");
  self->email = g_strdup ("");
  self->full_name = g_strdup ("");
  self->senders = g_strdup ("");
  self->shared = g_strdup ("");
  self->keep_sent = VALIJA_KEEP_SENT_SERVER;
  self->delete_after_days = -1;
  self->timeout = DEFAULT_TIMEOUT;
  self->body_days = DEFAULT_BODY_DAYS;
}

ValijaAccount *
valija_account_new (const char *method)
{
  g_return_val_if_fail (method != NULL, NULL);

  return g_object_new (VALIJA_TYPE_ACCOUNT,
                       "method", method,
                       "keep-sent", valija_account_default_keep_sent (method),
                       NULL);
}

ValijaKeepSent
valija_account_default_keep_sent (const char *method)
{
  g_return_val_if_fail (method != NULL, VALIJA_KEEP_SENT_NOT);

  /* SMTP keeps nothing, and keeps it that way until the user asks; what answers fetched mail is worth a copy here. */
  if (g_str_equal (method, "smtp"))
    return VALIJA_KEEP_SENT_NOT;
  if (g_str_equal (method, "pop3") || g_str_equal (method, "mixed"))
    return VALIJA_KEEP_SENT_HERE;

  return VALIJA_KEEP_SENT_SERVER;
}

const char *
valija_account_get_id (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->id;
}

void
valija_account_adopt_id (ValijaAccount *self,
                         const char    *id)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT (self));
  g_return_if_fail (id != NULL && *id != '\0');

  if (g_set_str (&self->id, id))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID]);
}

const char *
valija_account_get_method (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->method;
}

const char *
valija_account_get_name (ValijaAccount *self)
{
  const char *host;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  if (*self->name != '\0')
    return self->name;

  if (*self->email != '\0')
    return self->email;

  host = valija_server_get_host (self->incoming);

  return *host != '\0' ? host : valija_server_get_host (self->outgoing);
}

const char *
valija_account_get_own_name (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->name;
}

const char *
valija_account_get_email (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->email;
}

const char *
valija_account_get_full_name (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->full_name;
}

static gboolean
has_address (GPtrArray *list, const char *address)
{
  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *other = g_ptr_array_index (list, i);

      if (g_ascii_strcasecmp (other->address, address) == 0)
        return TRUE;
    }

  return FALSE;
}

GPtrArray *
valija_account_list_senders (ValijaAccount *self)
{
  g_auto(GStrv) others = NULL;
  GPtrArray *list;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  others = g_strsplit (self->senders, ",", -1);
  list = valija_address_list_new ();
  g_ptr_array_add (list, valija_address_new (self->full_name, self->email));
  for (guint i = 0; others[i] != NULL; i++)
    if (!has_address (list, g_strstrip (others[i])))
      g_ptr_array_add (list, valija_address_new (self->full_name, others[i]));

  return list;
}

char **
valija_account_dup_shared (ValijaAccount *self)
{
  char **list;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  list = g_strsplit (self->shared, ",", -1);
  for (guint i = 0; list[i] != NULL; i++)
    g_strstrip (list[i]);

  return list;
}

ValijaKeepSent
valija_account_get_keep_sent (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), VALIJA_KEEP_SENT_NOT);

  return self->keep_sent;
}

int
valija_account_get_delete_after_days (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), -1);

  return self->delete_after_days;
}

gboolean
valija_account_get_delete_removed (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);

  return self->delete_removed;
}

gboolean
valija_account_deletes_on_server (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);

  return self->delete_removed || self->delete_after_days >= 0;
}

guint
valija_account_get_timeout (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), DEFAULT_TIMEOUT);

  return self->timeout;
}

int
valija_account_get_body_days (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), 0);

  return self->body_days;
}

gboolean
valija_account_get_paused (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);

  return self->paused;
}

ValijaServer *
valija_account_get_incoming (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->incoming;
}

ValijaServer *
valija_account_get_outgoing (ValijaAccount *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);

  return self->outgoing;
}

ValijaServer *
valija_account_get_server (ValijaAccount *self,
                           ValijaSide     side)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), NULL);
  g_return_val_if_fail (side != VALIJA_SIDE_NONE, NULL);

  return side == VALIJA_SIDE_OUTGOING ? self->outgoing : self->incoming;
}

gboolean
valija_account_has_one_server (ValijaAccount *self)
{
  static const char * const methods[] = { "exchange", "outlook", "notes", NULL };

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);

  return g_strv_contains (methods, self->method);
}

gboolean
valija_account_has_side (ValijaAccount *self,
                         ValijaSide     side)
{
  gboolean sends_only;
  gboolean sends;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), FALSE);

  sends_only = g_str_equal (self->method, "smtp");
  sends = sends_only || g_str_equal (self->method, "mixed");

  switch (side)
    {
    case VALIJA_SIDE_INCOMING:
      return !sends_only;
    case VALIJA_SIDE_OUTGOING:
      return sends || (!valija_account_has_one_server (self) && *valija_server_get_host (self->outgoing) != '\0');
    case VALIJA_SIDE_BOTH:
      return valija_account_has_one_server (self);
    case VALIJA_SIDE_NONE:
    default:
      return FALSE;
    }
}

ValijaSide
valija_account_name_side (ValijaAccount *self,
                          ValijaSide     side)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT (self), side);

  return side != VALIJA_SIDE_NONE && valija_account_has_one_server (self) ? VALIJA_SIDE_BOTH : side;
}
