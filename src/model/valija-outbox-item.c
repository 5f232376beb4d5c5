/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-outbox-item.h"

struct _ValijaOutboxItem
{
  GObject parent_instance;

  gint64 id;
  ValijaAccount *account;
  char *subject;
  char *recipients;
  ValijaOutboxState state;
  char *words;
  gint64 date;
  guint attempts;
  gint64 due;
};

G_DEFINE_FINAL_TYPE (ValijaOutboxItem, valija_outbox_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_ACCOUNT,
  PROP_SUBJECT,
  PROP_RECIPIENTS,
  PROP_STATE,
  PROP_WORDS,
  PROP_DATE,
  PROP_ATTEMPTS,
  PROP_DUE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
valija_outbox_item_dispose (GObject *object)
{
  ValijaOutboxItem *self = VALIJA_OUTBOX_ITEM (object);

  g_clear_object (&self->account);

  G_OBJECT_CLASS (valija_outbox_item_parent_class)->dispose (object);
}

static void
valija_outbox_item_finalize (GObject *object)
{
  ValijaOutboxItem *self = VALIJA_OUTBOX_ITEM (object);

  g_free (self->subject);
  g_free (self->recipients);
  g_free (self->words);

  G_OBJECT_CLASS (valija_outbox_item_parent_class)->finalize (object);
}

static void
valija_outbox_item_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  ValijaOutboxItem *self = VALIJA_OUTBOX_ITEM (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case PROP_ACCOUNT:
      g_value_set_object (value, self->account);
      break;
    case PROP_SUBJECT:
      g_value_set_string (value, self->subject);
      break;
    case PROP_RECIPIENTS:
      g_value_set_string (value, self->recipients);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_WORDS:
      g_value_set_string (value, self->words);
      break;
    case PROP_DATE:
      g_value_set_int64 (value, self->date);
      break;
    case PROP_ATTEMPTS:
      g_value_set_uint (value, self->attempts);
      break;
    case PROP_DUE:
      g_value_set_int64 (value, self->due);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_outbox_item_class_init (ValijaOutboxItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = valija_outbox_item_dispose;
  object_class->finalize = valija_outbox_item_finalize;
  object_class->get_property = valija_outbox_item_get_property;

  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_ACCOUNT] = g_param_spec_object ("account", NULL, NULL, VALIJA_TYPE_ACCOUNT, flags);
  properties[PROP_SUBJECT] = g_param_spec_string ("subject", NULL, NULL, "", flags);
  properties[PROP_RECIPIENTS] = g_param_spec_string ("recipients", NULL, NULL, "", flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_WORDS] = g_param_spec_string ("words", NULL, NULL, NULL, flags);
  properties[PROP_DATE] = g_param_spec_int64 ("date", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_ATTEMPTS] = g_param_spec_uint ("attempts", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_DUE] = g_param_spec_int64 ("due", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_outbox_item_init (ValijaOutboxItem *self)
{
  self->subject = g_strdup ("");
  self->recipients = g_strdup ("");
}

/**
 * valija_outbox_item_new:
 * @account: (nullable): whose message it is; NULL when that account is gone
 *
 * Returns: (transfer full): an item that is still to be filled by valija_outbox_item_update()
 */
ValijaOutboxItem *
valija_outbox_item_new (gint64         id,
                        ValijaAccount *account)
{
  ValijaOutboxItem *self;

  g_return_val_if_fail (account == NULL || VALIJA_IS_ACCOUNT (account), NULL);

  self = g_object_new (VALIJA_TYPE_OUTBOX_ITEM, NULL);
  self->id = id;
  g_set_object (&self->account, account);

  return self;
}

void
valija_outbox_item_update (ValijaOutboxItem *self,
                           const char       *subject,
                           const char       *recipients,
                           ValijaOutboxState state,
                           const char       *words,
                           gint64            date,
                           guint             attempts,
                           gint64            due)
{
  GObject *object = G_OBJECT (self);

  g_return_if_fail (VALIJA_IS_OUTBOX_ITEM (self));

  g_object_freeze_notify (object);

  if (g_set_str (&self->subject, subject != NULL ? subject : ""))
    g_object_notify_by_pspec (object, properties[PROP_SUBJECT]);
  if (g_set_str (&self->recipients, recipients != NULL ? recipients : ""))
    g_object_notify_by_pspec (object, properties[PROP_RECIPIENTS]);
  if (g_set_str (&self->words, words))
    g_object_notify_by_pspec (object, properties[PROP_WORDS]);

  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (object, properties[PROP_STATE]);
    }

  if (self->date != date)
    {
      self->date = date;
      g_object_notify_by_pspec (object, properties[PROP_DATE]);
    }

  if (self->attempts != attempts)
    {
      self->attempts = attempts;
      g_object_notify_by_pspec (object, properties[PROP_ATTEMPTS]);
    }

  if (self->due != due)
    {
      self->due = due;
      g_object_notify_by_pspec (object, properties[PROP_DUE]);
    }

  g_object_thaw_notify (object);
}

gint64
valija_outbox_item_get_id (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), 0);

  return self->id;
}

ValijaAccount *
valija_outbox_item_get_account (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), NULL);

  return self->account;
}

const char *
valija_outbox_item_get_subject (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), NULL);

  return self->subject;
}

const char *
valija_outbox_item_get_recipients (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), NULL);

  return self->recipients;
}

ValijaOutboxState
valija_outbox_item_get_state (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), VALIJA_OUTBOX_ERROR);

  return self->state;
}

const char *
valija_outbox_item_get_words (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), NULL);

  return self->words;
}

gint64
valija_outbox_item_get_date (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), 0);

  return self->date;
}

guint
valija_outbox_item_get_attempts (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), 0);

  return self->attempts;
}

/**
 * valija_outbox_item_get_due:
 *
 * Returns: not before when it is sent, in seconds since 1970; 0 for at once
 */
gint64
valija_outbox_item_get_due (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), 0);

  return self->due;
}

/**
 * valija_outbox_item_is_retry:
 *
 * Returns: whether it waits because an attempt failed or was stopped, and not for a time that the user chose
 */
gboolean
valija_outbox_item_is_retry (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), FALSE);

  return self->state == VALIJA_OUTBOX_PENDING && (self->attempts > 0 || self->words != NULL);
}

/**
 * valija_outbox_item_is_stuck:
 * @self: a #ValijaOutboxItem
 *
 * Returns: %TRUE when it stays in the outbox unless somebody does something about it
 */
gboolean
valija_outbox_item_is_stuck (ValijaOutboxItem *self)
{
  g_return_val_if_fail (VALIJA_IS_OUTBOX_ITEM (self), FALSE);

  if (self->state == VALIJA_OUTBOX_SENT)
    return FALSE;

  return self->account == NULL || self->state == VALIJA_OUTBOX_ERROR || self->state == VALIJA_OUTBOX_UNCERTAIN;
}

/**
 * valija_outbox_items_count_stuck:
 * @items: of #ValijaOutboxItem
 *
 * Returns: how many of them wait for the user
 */
guint
valija_outbox_items_count_stuck (GListModel *items)
{
  guint count = 0;

  g_return_val_if_fail (G_IS_LIST_MODEL (items), 0);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (items, i);

      count += valija_outbox_item_is_stuck (item);
    }

  return count;
}

/**
 * valija_outbox_items_count_unsent:
 * @items: of #ValijaOutboxItem; what was sent is only history
 * @account: (nullable): whose they are; %NULL for all
 *
 * Returns: how many were not sent
 */
guint
valija_outbox_items_count_unsent (GListModel    *items,
                                  ValijaAccount *account)
{
  guint count = 0;

  g_return_val_if_fail (G_IS_LIST_MODEL (items), 0);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(ValijaOutboxItem) item = g_list_model_get_item (items, i);

      count += item->state != VALIJA_OUTBOX_SENT && (account == NULL || item->account == account);
    }

  return count;
}
