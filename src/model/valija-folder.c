/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-folder.h"

struct _ValijaFolder
{
  GObject parent_instance;

  ValijaAccount *account;
  gint64 id;
  gint64 parent_id;
  char *remote_id;
  char *name;
  ValijaFolderRole role;
  guint depth;
  gboolean selectable;
  gboolean local;
  gint64 total;
  gint64 unread;
  ValijaFolderPolicy policy;
  gint64 last_checked;
  ValijaFolderOwner owner;
  gboolean first;           /* of those that are not the user's own, and have the same owner */
};

G_DEFINE_FINAL_TYPE (ValijaFolder, valija_folder, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ACCOUNT,
  PROP_ID,
  PROP_REMOTE_ID,
  PROP_NAME,
  PROP_DISPLAY_NAME,
  PROP_ROLE,
  PROP_DEPTH,
  PROP_SELECTABLE,
  PROP_LOCAL,
  PROP_TOTAL,
  PROP_UNREAD,
  PROP_POLICY,
  PROP_LAST_CHECKED,
  PROP_OWNER,
  PROP_HEADING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
valija_folder_dispose (GObject *object)
{
  ValijaFolder *self = VALIJA_FOLDER (object);

  g_clear_object (&self->account);

  G_OBJECT_CLASS (valija_folder_parent_class)->dispose (object);
}

static void
valija_folder_finalize (GObject *object)
{
  ValijaFolder *self = VALIJA_FOLDER (object);

  g_free (self->remote_id);
  g_free (self->name);

  G_OBJECT_CLASS (valija_folder_parent_class)->finalize (object);
}

static void
valija_folder_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  ValijaFolder *self = VALIJA_FOLDER (object);

  switch (prop_id)
    {
    case PROP_ACCOUNT:
      g_value_set_object (value, self->account);
      break;
    case PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case PROP_REMOTE_ID:
      g_value_set_string (value, self->remote_id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_DISPLAY_NAME:
      g_value_set_string (value, valija_folder_get_display_name (self));
      break;
    case PROP_ROLE:
      g_value_set_int (value, self->role);
      break;
    case PROP_DEPTH:
      g_value_set_uint (value, self->depth);
      break;
    case PROP_SELECTABLE:
      g_value_set_boolean (value, self->selectable);
      break;
    case PROP_LOCAL:
      g_value_set_boolean (value, self->local);
      break;
    case PROP_TOTAL:
      g_value_set_int64 (value, self->total);
      break;
    case PROP_UNREAD:
      g_value_set_int64 (value, self->unread);
      break;
    case PROP_POLICY:
      g_value_set_int (value, self->policy);
      break;
    case PROP_LAST_CHECKED:
      g_value_set_int64 (value, self->last_checked);
      break;
    case PROP_OWNER:
      g_value_set_int (value, self->owner);
      break;
    case PROP_HEADING:
      g_value_set_string (value, valija_folder_get_heading (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_folder_class_init (ValijaFolderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = valija_folder_dispose;
  object_class->finalize = valija_folder_finalize;
  object_class->get_property = valija_folder_get_property;

  properties[PROP_ACCOUNT] = g_param_spec_object ("account", NULL, NULL, VALIJA_TYPE_ACCOUNT, flags);
  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_REMOTE_ID] = g_param_spec_string ("remote-id", NULL, NULL, "", flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_DISPLAY_NAME] = g_param_spec_string ("display-name", NULL, NULL, "", flags);
  properties[PROP_ROLE] = g_param_spec_int ("role", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_DEPTH] = g_param_spec_uint ("depth", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_SELECTABLE] = g_param_spec_boolean ("selectable", NULL, NULL, TRUE, flags);
  properties[PROP_LOCAL] = g_param_spec_boolean ("local", NULL, NULL, FALSE, flags);
  properties[PROP_TOTAL] = g_param_spec_int64 ("total", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_UNREAD] = g_param_spec_int64 ("unread", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_POLICY] = g_param_spec_int ("policy", NULL, NULL, VALIJA_FOLDER_POLICY_ACCOUNT,
                                              VALIJA_FOLDER_POLICY_NEVER, VALIJA_FOLDER_POLICY_ACCOUNT, flags);
  properties[PROP_LAST_CHECKED] = g_param_spec_int64 ("last-checked", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_OWNER] = g_param_spec_int ("owner", NULL, NULL, VALIJA_FOLDER_OWNER_USER, VALIJA_FOLDER_OWNER_ALL,
                                             VALIJA_FOLDER_OWNER_USER, flags);
  properties[PROP_HEADING] = g_param_spec_string ("heading", NULL, NULL, NULL, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_folder_init (ValijaFolder *self)
{
  self->remote_id = g_strdup ("");
  self->name = g_strdup ("");
  self->selectable = TRUE;
}

ValijaFolder *
valija_folder_new (ValijaAccount *account,
                   gint64         id)
{
  ValijaFolder *self;

  g_return_val_if_fail (account == NULL || VALIJA_IS_ACCOUNT (account), NULL);

  self = g_object_new (VALIJA_TYPE_FOLDER, NULL);
  g_set_object (&self->account, account);
  self->id = id;

  return self;
}

ValijaAccount *
valija_folder_get_account (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), NULL);

  return self->account;
}

gboolean
valija_folder_gathers (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), FALSE);

  return self->account == NULL;
}

gint64
valija_folder_get_id (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), 0);

  return self->id;
}

const char *
valija_folder_get_remote_id (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), NULL);

  return self->remote_id;
}

gint64
valija_folder_get_parent_id (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), 0);

  return self->parent_id;
}

const char *
valija_folder_get_name (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), NULL);

  return self->name;
}

const char *
valija_folder_get_display_name (ValijaFolder *self)
{
  const char *label;

  g_return_val_if_fail (VALIJA_IS_FOLDER (self), NULL);

  label = self->account != NULL ? valija_folder_role_get_label (self->role) : NULL;

  return label != NULL ? label : self->name;
}

ValijaFolderRole
valija_folder_get_role (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), VALIJA_FOLDER_ROLE_NONE);

  return self->role;
}

guint
valija_folder_get_depth (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), 0);

  return self->depth;
}

gboolean
valija_folder_get_selectable (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), FALSE);

  return self->selectable;
}

gboolean
valija_folder_get_local (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), FALSE);

  return self->local;
}

gint64
valija_folder_get_total (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), 0);

  return self->total;
}

gint64
valija_folder_get_unread (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), 0);

  return self->unread;
}

ValijaFolderPolicy
valija_folder_get_policy (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), VALIJA_FOLDER_POLICY_ACCOUNT);

  return self->policy;
}

gint64
valija_folder_get_last_checked (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), 0);

  return self->last_checked;
}

ValijaFolderOwner
valija_folder_get_owner (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), VALIJA_FOLDER_OWNER_USER);

  return self->owner;
}

gboolean
valija_folder_is_own (ValijaFolder     *self,
                      ValijaFolderRole  role)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), FALSE);

  return self->role == role && self->owner == VALIJA_FOLDER_OWNER_USER;
}

const char *
valija_folder_get_heading (ValijaFolder *self)
{
  g_return_val_if_fail (VALIJA_IS_FOLDER (self), NULL);

  return self->first ? valija_folder_owner_get_label (self->owner) : NULL;
}

void
valija_folder_set_owner (ValijaFolder      *self,
                         ValijaFolderOwner  owner,
                         gboolean           first)
{
  g_return_if_fail (VALIJA_IS_FOLDER (self));

  if (self->owner == owner && self->first == first)
    return;

  g_object_freeze_notify (G_OBJECT (self));

  if (self->owner != owner)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OWNER]);

  self->owner = owner;
  self->first = first;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HEADING]);

  g_object_thaw_notify (G_OBJECT (self));
}

void
valija_folder_update (ValijaFolder    *self,
                      const char      *remote_id,
                      gint64           parent_id,
                      const char      *name,
                      ValijaFolderRole role,
                      guint            depth,
                      gboolean         selectable,
                      gboolean         local)
{
  GObject *object = G_OBJECT (self);
  gboolean renamed;

  g_return_if_fail (VALIJA_IS_FOLDER (self));
  g_return_if_fail (name != NULL);

  g_object_freeze_notify (object);

  self->parent_id = parent_id;

  if (g_set_str (&self->remote_id, remote_id != NULL ? remote_id : ""))
    g_object_notify_by_pspec (object, properties[PROP_REMOTE_ID]);

  renamed = g_set_str (&self->name, name);
  if (renamed)
    g_object_notify_by_pspec (object, properties[PROP_NAME]);

  if (self->role != role)
    {
      self->role = role;
      g_object_notify_by_pspec (object, properties[PROP_ROLE]);
      renamed = TRUE;
    }

  if (renamed)
    g_object_notify_by_pspec (object, properties[PROP_DISPLAY_NAME]);

  if (self->depth != depth)
    {
      self->depth = depth;
      g_object_notify_by_pspec (object, properties[PROP_DEPTH]);
    }

  if (self->selectable != selectable)
    {
      self->selectable = selectable;
      g_object_notify_by_pspec (object, properties[PROP_SELECTABLE]);
    }

  if (self->local != local)
    {
      self->local = local;
      g_object_notify_by_pspec (object, properties[PROP_LOCAL]);
    }

  g_object_thaw_notify (object);
}

void
valija_folder_set_counts (ValijaFolder *self,
                          gint64        total,
                          gint64        unread)
{
  g_return_if_fail (VALIJA_IS_FOLDER (self));

  total = MAX (total, 0);
  unread = MAX (unread, 0);

  g_object_freeze_notify (G_OBJECT (self));

  if (self->total != total)
    {
      self->total = total;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
    }

  if (self->unread != unread)
    {
      self->unread = unread;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UNREAD]);
    }

  g_object_thaw_notify (G_OBJECT (self));
}

void
valija_folder_set_keeping (ValijaFolder       *self,
                           ValijaFolderPolicy  policy,
                           gint64              last_checked)
{
  g_return_if_fail (VALIJA_IS_FOLDER (self));

  g_object_freeze_notify (G_OBJECT (self));

  if (self->policy != policy)
    {
      self->policy = policy;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POLICY]);
    }

  if (self->last_checked != last_checked)
    {
      self->last_checked = last_checked;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_CHECKED]);
    }

  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * valija_folders_count_local:
 * @folders: (nullable): of #ValijaFolder; %NULL for none
 *
 * Returns: how many messages are in those that only this computer has
 */
guint
valija_folders_count_local (GListModel *folders)
{
  guint count = 0;

  for (guint i = 0; folders != NULL && i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if (folder->local)
        count += (guint) folder->total;
    }

  return count;
}

/**
 * valija_folders_count_unread:
 * @folders: of #ValijaFolder
 *
 * Returns: how many messages are unread where that is news: in the inbox and the folders that somebody made
 */
guint64
valija_folders_count_unread (GListModel *folders)
{
  guint64 count = 0;

  g_return_val_if_fail (G_IS_LIST_MODEL (folders), 0);

  for (guint i = 0; i < g_list_model_get_n_items (folders); i++)
    {
      g_autoptr(ValijaFolder) folder = g_list_model_get_item (folders, i);

      if ((folder->role == VALIJA_FOLDER_ROLE_INBOX || folder->role == VALIJA_FOLDER_ROLE_NONE) && folder->unread > 0)
        count += (guint64) folder->unread;
    }

  return count;
}
