/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-account-status.h"

/* More at once nobody reads. */
#define ALERTS_LIMIT 3

struct _ValijaAccountStatus
{
  GObject parent_instance;

  ValijaAccount *account;
  ValijaSessionState state;
  GError *error;
  gint64 last_checked;
  ValijaProgress *progress;
  GPtrArray *alerts;        /* of char * */
  char *alert;              /* nullable: these */
  char *notice;
  char *paused;
  char *away;
  ValijaCapabilities capabilities;
  char **facts;
  ValijaQuota *quota;
};

G_DEFINE_FINAL_TYPE (ValijaAccountStatus, valija_account_status, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ACCOUNT,
  PROP_STATE,
  PROP_ERROR,
  PROP_LAST_CHECKED,
  PROP_PROGRESS,
  PROP_ALERT,
  PROP_NOTICE,
  PROP_PAUSED,
  PROP_AWAY,
  PROP_CAPABILITIES,
  PROP_FACTS,
  PROP_QUOTA,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
valija_account_status_dispose (GObject *object)
{
  ValijaAccountStatus *self = VALIJA_ACCOUNT_STATUS (object);

  g_clear_object (&self->account);
  g_clear_object (&self->progress);

  G_OBJECT_CLASS (valija_account_status_parent_class)->dispose (object);
}

static void
valija_account_status_finalize (GObject *object)
{
  ValijaAccountStatus *self = VALIJA_ACCOUNT_STATUS (object);

  g_clear_error (&self->error);
  g_ptr_array_unref (self->alerts);
  g_free (self->alert);
  g_free (self->notice);
  g_free (self->paused);
  g_free (self->away);
  g_strfreev (self->facts);
  g_clear_pointer (&self->quota, valija_quota_free);

  G_OBJECT_CLASS (valija_account_status_parent_class)->finalize (object);
}

static void
valija_account_status_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  ValijaAccountStatus *self = VALIJA_ACCOUNT_STATUS (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      g_value_set_object (value, self->account);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    case PROP_LAST_CHECKED:
      g_value_set_int64 (value, self->last_checked);
      break;
    case PROP_PROGRESS:
      g_value_set_object (value, self->progress);
      break;
    case PROP_ALERT:
      g_value_set_string (value, self->alert);
      break;
    case PROP_NOTICE:
      g_value_set_string (value, self->notice);
      break;
    case PROP_PAUSED:
      g_value_set_string (value, self->paused);
      break;
    case PROP_AWAY:
      g_value_set_string (value, self->away);
      break;
    case PROP_CAPABILITIES:
      g_value_set_uint (value, self->capabilities);
      break;
    case PROP_FACTS:
      g_value_set_boxed (value, self->facts);
      break;
    case PROP_QUOTA:
      g_value_set_boxed (value, self->quota);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_account_status_class_init (ValijaAccountStatusClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = valija_account_status_dispose;
  object_class->finalize = valija_account_status_finalize;
  object_class->get_property = valija_account_status_get_property;

  properties[PROP_ACCOUNT] = g_param_spec_object ("account", NULL, NULL, VALIJA_TYPE_ACCOUNT, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_LAST_CHECKED] = g_param_spec_int64 ("last-checked", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_PROGRESS] = g_param_spec_object ("progress", NULL, NULL, VALIJA_TYPE_PROGRESS, flags);
  properties[PROP_ALERT] = g_param_spec_string ("alert", NULL, NULL, NULL, flags);
  properties[PROP_NOTICE] = g_param_spec_string ("notice", NULL, NULL, NULL, flags);
  properties[PROP_PAUSED] = g_param_spec_string ("paused", NULL, NULL, NULL, flags);
  properties[PROP_AWAY] = g_param_spec_string ("away", NULL, NULL, NULL, flags);
  properties[PROP_CAPABILITIES] = g_param_spec_uint ("capabilities", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_FACTS] = g_param_spec_boxed ("facts", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_QUOTA] = g_param_spec_boxed ("quota", NULL, NULL, VALIJA_TYPE_QUOTA, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_account_status_init (ValijaAccountStatus *self)
{
  self->facts = g_new0 (char *, 1);
  self->alerts = g_ptr_array_new_with_free_func (g_free);
}

ValijaAccountStatus *
valija_account_status_new (ValijaAccount *account)
{
  ValijaAccountStatus *self;

  g_return_val_if_fail (VALIJA_IS_ACCOUNT (account), NULL);

  self = g_object_new (VALIJA_TYPE_ACCOUNT_STATUS, NULL);
  self->account = g_object_ref (account);

  return self;
}

ValijaAccount *
valija_account_status_get_account (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->account;
}

ValijaSessionState
valija_account_status_get_state (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), VALIJA_SESSION_CLOSED);

  return self->state;
}

const GError *
valija_account_status_get_error (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->error;
}

gint64
valija_account_status_get_last_checked (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), 0);

  return self->last_checked;
}

ValijaProgress *
valija_account_status_get_progress (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->progress;
}

const char *
valija_account_status_get_alert (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->alert;
}

const char *
valija_account_status_get_notice (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->notice;
}

const char *
valija_account_status_get_paused (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->paused;
}

const char *
valija_account_status_get_away (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->away;
}

ValijaCapabilities
valija_account_status_get_capabilities (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), VALIJA_CAPABILITY_NONE);

  return self->capabilities;
}

const char * const *
valija_account_status_get_facts (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return (const char * const *) self->facts;
}

const ValijaQuota *
valija_account_status_get_quota (ValijaAccountStatus *self)
{
  g_return_val_if_fail (VALIJA_IS_ACCOUNT_STATUS (self), NULL);

  return self->quota;
}

void
valija_account_status_set_state (ValijaAccountStatus *self,
                                 ValijaSessionState   state)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
valija_account_status_set_error (ValijaAccountStatus *self,
                                 const GError        *error)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (self->error == error)
    return;

  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

void
valija_account_status_set_last_checked (ValijaAccountStatus *self,
                                        gint64               when)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (self->last_checked == when)
    return;

  self->last_checked = when;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_CHECKED]);
}

void
valija_account_status_set_progress (ValijaAccountStatus *self,
                                    ValijaProgress      *progress)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));
  g_return_if_fail (progress == NULL || VALIJA_IS_PROGRESS (progress));

  if (g_set_object (&self->progress, progress))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

void
valija_account_status_add_alert (ValijaAccountStatus *self,
                                 const char          *text)
{
  g_autofree char *line = NULL;

  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));
  g_return_if_fail (text != NULL);

  line = g_strdelimit (g_strdup (text), "\n", ' ');
  for (guint i = 0; i < self->alerts->len; i++)
    if (g_str_equal (g_ptr_array_index (self->alerts, i), line))
      return;

  if (self->alerts->len == ALERTS_LIMIT)
    g_ptr_array_remove_index (self->alerts, 0);
  g_ptr_array_add (self->alerts, g_steal_pointer (&line));

  g_ptr_array_add (self->alerts, NULL);
  g_free (self->alert);
  self->alert = g_strjoinv ("\n", (char **) self->alerts->pdata);
  g_ptr_array_set_size (self->alerts, self->alerts->len - 1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ALERT]);
}

void
valija_account_status_set_notice (ValijaAccountStatus *self,
                                  const char          *notice)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (g_set_str (&self->notice, notice))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOTICE]);
}

void
valija_account_status_set_paused (ValijaAccountStatus *self,
                                  const char          *paused)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (g_set_str (&self->paused, paused))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

void
valija_account_status_set_quota (ValijaAccountStatus *self,
                                 const ValijaQuota   *quota)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (self->quota == quota ||
      (quota != NULL && self->quota != NULL && quota->used == self->quota->used && quota->limit == self->quota->limit))
    return;

  g_clear_pointer (&self->quota, valija_quota_free);
  self->quota = quota != NULL ? valija_quota_copy (quota) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUOTA]);
}

void
valija_account_status_set_away (ValijaAccountStatus *self,
                                const char          *away)
{
  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (g_set_str (&self->away, away))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AWAY]);
}

/**
 * valija_account_status_set_server:
 * @facts: (nullable): "Label: value" lines, copied
 *
 * Takes over what the server in fact offers.
 */
void
valija_account_status_set_server (ValijaAccountStatus *self,
                                  ValijaCapabilities   capabilities,
                                  const char * const  *facts)
{
  static const char * const none[] = { NULL };

  g_return_if_fail (VALIJA_IS_ACCOUNT_STATUS (self));

  if (facts == NULL)
    facts = none;

  g_object_freeze_notify (G_OBJECT (self));

  if (self->capabilities != capabilities)
    {
      self->capabilities = capabilities;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPABILITIES]);
    }

  if (!g_strv_equal ((const char * const *) self->facts, facts))
    {
      g_strfreev (self->facts);
      self->facts = g_strdupv ((char **) facts);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FACTS]);
    }

  g_object_thaw_notify (G_OBJECT (self));
}
