/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/imap/valija-imap-folder-list.h"

#include <string.h>

#include "sessions/imap/valija-imap-mark.h"
#include "wire/imap/valija-imap-mailbox.h"
#include "wire/imap/valija-imap-name.h"

/* Nobody has more, and a server could list for ever */
#define FOLDERS_LIMIT 50000
#define DEPTH_LIMIT   64

struct _ValijaImapFolderList
{
  grefcount ref_count;
  ValijaImapLink *link;
  GHashTable *folders;   /* name to Folder */
  char *selected;        /* nullable: open on the link, which may see of it what was there when it looked last */
  char delimiter;        /* as LIST told, where there are no namespaces */
};

typedef struct
{
  char *name;
  char delimiter;
  ValijaImapMailboxAttributes attributes;
  gint64 total;
  gint64 unread;
  char *id;              /* nullable: MAILBOXID */
  char *state;           /* nullable, as of ValijaFolderInfo */
  gboolean state_is_whole;
} Folder;

static void
folder_free (gpointer data)
{
  Folder *folder = data;

  g_free (folder->name);
  g_free (folder->id);
  g_free (folder->state);
  g_free (folder);
}

ValijaImapFolderList *
valija_imap_folder_list_new (ValijaImapLink *link)
{
  ValijaImapFolderList *self = g_new0 (ValijaImapFolderList, 1);

  g_ref_count_init (&self->ref_count);
  self->link = g_object_ref (link);
  self->folders = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, folder_free);
  if (valija_imap_link_get_selected (link) != NULL)
    self->selected = g_strdup (valija_imap_link_get_selected (link)->folder);

  return self;
}

ValijaImapFolderList *
valija_imap_folder_list_ref (ValijaImapFolderList *self)
{
  g_ref_count_inc (&self->ref_count);
  return self;
}

void
valija_imap_folder_list_unref (ValijaImapFolderList *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->link);
  g_hash_table_unref (self->folders);
  g_free (self->selected);
  g_free (self);
}

static Folder *
ensure_folder (ValijaImapFolderList *self,
               const char           *name)
{
  Folder *folder = g_hash_table_lookup (self->folders, name);

  if (folder != NULL || g_hash_table_size (self->folders) >= FOLDERS_LIMIT)
    return folder;

  folder = g_new0 (Folder, 1);
  folder->name = g_strdup (name);
  folder->total = -1;
  folder->unread = -1;
  g_hash_table_insert (self->folders, folder->name, folder);

  return folder;
}

static void
apply_list (ValijaImapFolderList *self,
            ValijaImapResponse   *response)
{
  g_auto(ValijaImapList) list = { NULL };
  Folder *folder;

  if (!valija_imap_list_parse (response, valija_imap_link_is_utf8 (self->link), &list))
    {
      /* LIST "" "" answers with an empty name, whose delimiter is all that is wanted */
      ValijaImapIter iter = valija_imap_response_iter (response);
      ValijaImapValue values[2];
      const char *delimiter;

      valija_imap_iter_take (&iter, values, 2);
      delimiter = valija_imap_value_get_string (values[1], NULL);
      self->delimiter = delimiter != NULL ? delimiter[0] : '\0';
      return;
    }

  folder = ensure_folder (self, list.name);
  if (folder == NULL)
    return;

  folder->delimiter = list.delimiter;
  folder->attributes = list.attributes;
}

/* What was counted, and what the folder is called for good: the two come apart (Q23). */
static void
apply_status (ValijaImapFolderList *self,
              ValijaImapResponse   *response)
{
  g_auto(ValijaImapStatus) status = { NULL };
  Folder *folder;

  if (!valija_imap_status_parse (response, valija_imap_link_is_utf8 (self->link), &status) ||
      !(folder = g_hash_table_lookup (self->folders, status.name)))
    return;

  if (status.messages >= 0)
    {
      folder->total = status.messages;
      folder->unread = status.unseen;
      g_free (folder->state);
      folder->state = g_strcmp0 (folder->name, self->selected) != 0
                          ? valija_imap_state_format (&status, &folder->state_is_whole)
                          : NULL;
    }
  if (status.mailbox_id != NULL)
    g_set_str (&folder->id, status.mailbox_id);
}

gboolean
valija_imap_folder_list_apply (ValijaImapResponse *response,
                               gpointer            user_data)
{
  ValijaImapFolderList *self = user_data;

  switch ((int) valija_imap_response_get_kind (response))
    {
    case VALIJA_IMAP_RESPONSE_LIST:
      apply_list (self, response);
      return TRUE;

    case VALIJA_IMAP_RESPONSE_STATUS:
      apply_status (self, response);
      return TRUE;

    default:
      return FALSE;
    }
}

/* Folders that "*" does not have, since their names begin with "#" (RFC 9051 §5.1.2.1). */
GPtrArray *
valija_imap_folder_list_get_hidden (ValijaImapFolderList *self)
{
  GPtrArray *spaces = valija_imap_link_get_namespaces (self->link);
  GPtrArray *prefixes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; spaces != NULL && i < spaces->len; i++)
    {
      const ValijaImapNamespace *space = g_ptr_array_index (spaces, i);

      if (space->kind != VALIJA_IMAP_NAMESPACE_PERSONAL && space->prefix[0] == '#')
        g_ptr_array_add (prefixes, g_strdup (space->prefix));
    }

  return prefixes;
}

GPtrArray *
valija_imap_folder_list_get_uncounted (ValijaImapFolderList *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  Folder *folder;

  g_hash_table_iter_init (&iter, self->folders);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &folder))
    if (folder->total < 0 && (folder->attributes & VALIJA_IMAP_MAILBOX_NOSELECT) == 0)
      g_ptr_array_add (names, g_strdup (folder->name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);

  return names;
}

/* Where the user's own folders are. */
static const ValijaImapNamespace *
find_personal (ValijaImapFolderList *self)
{
  GPtrArray *spaces = valija_imap_link_get_namespaces (self->link);

  for (guint i = 0; spaces != NULL && i < spaces->len; i++)
    {
      const ValijaImapNamespace *space = g_ptr_array_index (spaces, i);

      if (space->kind == VALIJA_IMAP_NAMESPACE_PERSONAL)
        return space;
    }

  return NULL;
}

char
valija_imap_folder_list_get_delimiter (ValijaImapFolderList *self)
{
  const ValijaImapNamespace *personal = find_personal (self);

  return personal != NULL ? personal->delimiter : self->delimiter;
}

const char *
valija_imap_folder_list_get_prefix (ValijaImapFolderList *self)
{
  const ValijaImapNamespace *personal = find_personal (self);

  return personal != NULL ? personal->prefix : "";
}

/* Whether @name is what is above all folders of @space: "Shared" of "Shared/". */
static gboolean
is_root_of (const char                *name,
            const ValijaImapNamespace *space)
{
  gsize length = strlen (space->prefix);

  if (length > 0 && space->delimiter != '\0' && space->prefix[length - 1] == space->delimiter)
    length--;

  return length > 0 && strlen (name) == length && strncmp (name, space->prefix, length) == 0;
}

/* Whose @name is: the longest prefix tells. What is in none of them is the user's own. *root says that there is nothing
 * but others' folders in it. */
static ValijaFolderOwner
find_owner (ValijaImapFolderList *self,
            const char           *name,
            gboolean             *root)
{
  static const ValijaFolderOwner owners[] = {
    [VALIJA_IMAP_NAMESPACE_PERSONAL] = VALIJA_FOLDER_OWNER_USER,
    [VALIJA_IMAP_NAMESPACE_OTHERS] = VALIJA_FOLDER_OWNER_OTHERS,
    [VALIJA_IMAP_NAMESPACE_SHARED] = VALIJA_FOLDER_OWNER_ALL,
  };
  GPtrArray *spaces = valija_imap_link_get_namespaces (self->link);
  const ValijaImapNamespace *best = NULL;

  *root = FALSE;
  if (spaces == NULL || strcmp (name, "INBOX") == 0)
    return VALIJA_FOLDER_OWNER_USER;

  for (guint i = 0; i < spaces->len; i++)
    {
      const ValijaImapNamespace *space = g_ptr_array_index (spaces, i);

      if ((g_str_has_prefix (name, space->prefix) || is_root_of (name, space)) &&
          (best == NULL || strlen (space->prefix) > strlen (best->prefix)))
        best = space;
    }

  *root = best != NULL && best->kind != VALIJA_IMAP_NAMESPACE_PERSONAL && is_root_of (name, best);

  return best != NULL ? owners[best->kind] : VALIJA_FOLDER_OWNER_USER;
}

/* Whether the name is one that could not be decoded (valija_imap_name_decode()): then its parts cannot be told
 * either. */
static gboolean
is_raw (const Folder *folder)
{
  return folder->name[0] == '\x7f';
}

/* Where the last part of the name begins. */
static const char *
get_last_part (const Folder *folder)
{
  gboolean has_parts = folder->delimiter != '\0' && !is_raw (folder);
  const char *last = has_parts ? strrchr (folder->name, folder->delimiter) : NULL;

  return last != NULL && last != folder->name && last[1] != '\0' ? last + 1 : folder->name;
}

static char *
dup_parent (const Folder *folder)
{
  const char *last = get_last_part (folder);

  return last != folder->name ? g_strndup (folder->name, last - folder->name - 1) : NULL;
}

/* Servers need not list a parent that does not exist (RFC 5258 §4). */
static void
add_missing_parents (ValijaImapFolderList *self)
{
  g_autoptr(GPtrArray) listed = g_hash_table_get_values_as_ptr_array (self->folders);

  for (guint i = 0; i < listed->len; i++)
    {
      Folder *child = g_ptr_array_index (listed, i);

      for (guint depth = 0; depth < DEPTH_LIMIT; depth++)
        {
          g_autofree char *name = dup_parent (child);
          Folder *parent;

          if (name == NULL || g_hash_table_contains (self->folders, name) || !(parent = ensure_folder (self, name)))
            break;
          parent->delimiter = child->delimiter;
          parent->attributes = VALIJA_IMAP_MAILBOX_NOSELECT | VALIJA_IMAP_MAILBOX_NONEXISTENT;
          child = parent;
        }
    }
}

static const struct
{
  ValijaImapMailboxAttributes attribute;
  ValijaFolderRole role;
} special_uses[] = {
  { VALIJA_IMAP_MAILBOX_DRAFTS, VALIJA_FOLDER_ROLE_DRAFTS },
  { VALIJA_IMAP_MAILBOX_SENT, VALIJA_FOLDER_ROLE_SENT },
  { VALIJA_IMAP_MAILBOX_ARCHIVE, VALIJA_FOLDER_ROLE_ARCHIVE },
  { VALIJA_IMAP_MAILBOX_JUNK, VALIJA_FOLDER_ROLE_JUNK },
  { VALIJA_IMAP_MAILBOX_TRASH, VALIJA_FOLDER_ROLE_TRASH },
  { VALIJA_IMAP_MAILBOX_ALL, VALIJA_FOLDER_ROLE_ALL },
  { VALIJA_IMAP_MAILBOX_FLAGGED, VALIJA_FOLDER_ROLE_FLAGGED },
};

/* What folders are called where no server says what they are for: by the programs that made them. */
static const struct
{
  const char *name;
  ValijaFolderRole role;
} usual_names[] = {
  { "Drafts", VALIJA_FOLDER_ROLE_DRAFTS },
  { "Draft", VALIJA_FOLDER_ROLE_DRAFTS },
  { "Sent", VALIJA_FOLDER_ROLE_SENT },
  { "Sent Items", VALIJA_FOLDER_ROLE_SENT },
  { "Sent Messages", VALIJA_FOLDER_ROLE_SENT },
  { "Sent Mail", VALIJA_FOLDER_ROLE_SENT },
  { "Archive", VALIJA_FOLDER_ROLE_ARCHIVE },
  { "Archives", VALIJA_FOLDER_ROLE_ARCHIVE },
  { "Junk", VALIJA_FOLDER_ROLE_JUNK },
  { "Junk E-mail", VALIJA_FOLDER_ROLE_JUNK },
  { "Junk Email", VALIJA_FOLDER_ROLE_JUNK },
  { "Spam", VALIJA_FOLDER_ROLE_JUNK },
  { "Trash", VALIJA_FOLDER_ROLE_TRASH },
  { "Deleted Items", VALIJA_FOLDER_ROLE_TRASH },
  { "Deleted Messages", VALIJA_FOLDER_ROLE_TRASH },
};

static ValijaFolderRole
get_special_use (const Folder *folder)
{
  if (strcmp (folder->name, "INBOX") == 0)
    return VALIJA_FOLDER_ROLE_INBOX;

  for (gsize i = 0; i < G_N_ELEMENTS (special_uses); i++)
    if ((folder->attributes & special_uses[i].attribute) != 0)
      return special_uses[i].role;

  return VALIJA_FOLDER_ROLE_NONE;
}

gboolean
valija_imap_folder_list_has_role (ValijaImapFolderList *self,
                                  ValijaFolderRole      role)
{
  GHashTableIter iter;
  Folder *folder;

  g_hash_table_iter_init (&iter, self->folders);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &folder))
    if (get_special_use (folder) == role)
      return TRUE;

  return FALSE;
}

ValijaFolderRole
valija_imap_folder_role_guess (const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (usual_names); i++)
    {
      g_autofree char *ours = g_utf8_casefold (valija_folder_role_get_label (usual_names[i].role), -1);

      if (g_ascii_strcasecmp (name, usual_names[i].name) == 0 || g_str_equal (folded, ours))
        return usual_names[i].role;
    }

  return VALIJA_FOLDER_ROLE_NONE;
}

const char *
valija_imap_folder_role_to_use (ValijaFolderRole role)
{
  static const struct { ValijaFolderRole role; const char *use; } uses[] = {
    { VALIJA_FOLDER_ROLE_DRAFTS, "\\Drafts" }, { VALIJA_FOLDER_ROLE_SENT, "\\Sent" },
    { VALIJA_FOLDER_ROLE_ARCHIVE, "\\Archive" }, { VALIJA_FOLDER_ROLE_JUNK, "\\Junk" },
    { VALIJA_FOLDER_ROLE_TRASH, "\\Trash" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (uses); i++)
    if (uses[i].role == role)
      return uses[i].use;

  return NULL;
}

static gboolean
is_own (const Folder *folder)
{
  g_autofree char *parent = dup_parent (folder);

  return parent == NULL || strcmp (parent, "INBOX") == 0;
}

/* Roles that no folder was given by the server go to the folder that has the usual name; the order of the table
 * decides. */
static void
guess_roles (ValijaImapFolderList *self,
             GPtrArray            *infos)
{
  guint taken = 0;

  for (guint i = 0; i < infos->len; i++)
    taken |= 1u << ((ValijaFolderInfo *) g_ptr_array_index (infos, i))->role;

  for (gsize n = 0; n < G_N_ELEMENTS (usual_names); n++)
    for (guint i = 0; i < infos->len && (taken & 1u << usual_names[n].role) == 0; i++)
      {
        ValijaFolderInfo *info = g_ptr_array_index (infos, i);

        if (info->role != VALIJA_FOLDER_ROLE_NONE || info->owner != VALIJA_FOLDER_OWNER_USER || !info->selectable ||
            g_ascii_strcasecmp (info->name, usual_names[n].name) != 0 ||
            !is_own (g_hash_table_lookup (self->folders, info->remote_id)))
          continue;
        info->role = usual_names[n].role;
        taken |= 1u << info->role;
      }
}

/* NULL for what is only the beginning of others' names: they are shown under a heading. */
static ValijaFolderInfo *
describe (ValijaImapFolderList *self,
          const Folder         *folder)
{
  g_autofree char *shown = valija_imap_name_to_display (get_last_part (folder));
  g_autofree char *parent = dup_parent (folder);
  gboolean selectable = (folder->attributes & VALIJA_IMAP_MAILBOX_NOSELECT) == 0;
  gboolean root;
  ValijaFolderOwner owner = find_owner (self, folder->name, &root);
  ValijaFolderInfo *info;

  if (root && !selectable)
    return NULL;

  info = valija_folder_info_new (folder->name, shown);
  info->owner = owner;
  /* What somebody else sends is not sent by the user */
  info->role = owner == VALIJA_FOLDER_OWNER_USER ? get_special_use (folder) : VALIJA_FOLDER_ROLE_NONE;
  info->selectable = selectable;
  info->total = folder->total;
  info->unread = folder->unread;
  info->object_id = g_strdup (folder->id);
  info->state = g_strdup (folder->state);
  info->state_is_whole = folder->state_is_whole;

  if (parent != NULL)
    {
      Folder *above = g_hash_table_lookup (self->folders, parent);

      find_owner (self, parent, &root);
      if (!root || above == NULL || (above->attributes & VALIJA_IMAP_MAILBOX_NOSELECT) == 0)
        info->parent_id = g_steal_pointer (&parent);
    }

  return info;
}

/* A parent is the beginning of its children's names, so that the order of names has it first; INBOX before all. */
static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  const Folder *one = a;
  const Folder *other = b;
  gboolean one_is_inbox = strcmp (one->name, "INBOX") == 0;
  gboolean other_is_inbox = strcmp (other->name, "INBOX") == 0;

  if (one_is_inbox != other_is_inbox)
    return one_is_inbox ? -1 : 1;

  return strcmp (one->name, other->name);
}

GPtrArray *
valija_imap_folder_list_finish (ValijaImapFolderList *self)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) valija_folder_info_unref);
  g_autoptr(GPtrArray) folders = NULL;

  add_missing_parents (self);
  folders = g_hash_table_get_values_as_ptr_array (self->folders);
  g_ptr_array_sort_values (folders, compare_names);
  for (guint i = 0; i < folders->len; i++)
    {
      ValijaFolderInfo *info = describe (self, g_ptr_array_index (folders, i));

      if (info != NULL)
        g_ptr_array_add (infos, info);
    }
  guess_roles (self, infos);

  return infos;
}
