/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/ews/valija-ews-writer.h"

/* What a folder must tell. Below 2013 and above it is the same. @rights: also what the user may do in it */
static void
write_folder_shape (ValijaEwsWriter *self,
                    gboolean         rights)
{
  static const char *const fields[] = {
    "folder:FolderClass", "folder:ParentFolderId", "folder:DisplayName", "folder:TotalCount", "folder:UnreadCount",
  };

  valija_ews_writer_start (self, "m:FolderShape");
  valija_ews_writer_element (self, "t:BaseShape", "IdOnly");
  valija_ews_writer_start (self, "t:AdditionalProperties");
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    valija_ews_writer_field (self, fields[i]);
  if (rights)
    valija_ews_writer_field (self, "folder:EffectiveRights");
  /* PR_ATTR_HIDDEN */
  valija_ews_writer_property (self, "0x10f4", "Boolean");
  valija_ews_writer_end (self);
  valija_ews_writer_end (self);
}

ValijaEwsRequest *
valija_ews_get_folders (ValijaEwsSchema           schema,
                        const ValijaEwsFolderRef *folders,
                        guint                     n_folders)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetFolder");

  write_folder_shape (writer, TRUE);
  valija_ews_writer_start (writer, "m:FolderIds");
  for (guint i = 0; i < n_folders; i++)
    valija_ews_writer_folder (writer, folders[i]);

  return valija_ews_writer_finish (writer, n_folders, TRUE);
}

ValijaEwsRequest *
valija_ews_get_next_number (ValijaEwsSchema    schema,
                            ValijaEwsFolderRef folder)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetFolder");

  valija_ews_writer_start (writer, "m:FolderShape");
  valija_ews_writer_element (writer, "t:BaseShape", "IdOnly");
  valija_ews_writer_start (writer, "t:AdditionalProperties");
  valija_ews_writer_property (writer, "0x6751", "Integer");
  valija_ews_writer_end (writer);
  valija_ews_writer_end (writer);
  valija_ews_writer_folders (writer, "m:FolderIds", folder);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_get_quota (ValijaEwsSchema schema)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "GetFolder");

  valija_ews_writer_start (writer, "m:FolderShape");
  valija_ews_writer_element (writer, "t:BaseShape", "IdOnly");
  valija_ews_writer_start (writer, "t:AdditionalProperties");
  valija_ews_writer_property (writer, "0x0E08", "Long");
  valija_ews_writer_property (writer, "0x666E", "Integer");
  valija_ews_writer_property (writer, "0x666A", "Integer");
  valija_ews_writer_end (writer);
  valija_ews_writer_end (writer);
  valija_ews_writer_folders (writer, "m:FolderIds", VALIJA_EWS_DISTINGUISHED ("root"));

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_sync_hierarchy (ValijaEwsSchema     schema,
                           ValijaEwsFolderRef  root,
                           const char         *state)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "SyncFolderHierarchy");

  write_folder_shape (writer, FALSE);
  valija_ews_writer_folders (writer, "m:SyncFolderId", root);
  if (state != NULL)
    valija_ews_writer_element (writer, "m:SyncState", state);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_create_folder (ValijaEwsSchema     schema,
                          ValijaEwsFolderRef  parent,
                          const char         *name)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "CreateFolder");

  valija_ews_writer_folders (writer, "m:ParentFolderId", parent);
  valija_ews_writer_start (writer, "m:Folders");
  valija_ews_writer_start (writer, "t:Folder");
  valija_ews_writer_element (writer, "t:FolderClass", "IPF.Note");
  valija_ews_writer_element (writer, "t:DisplayName", name);

  /* A second time it is there already */
  return valija_ews_writer_finish (writer, 1, FALSE);
}

ValijaEwsRequest *
valija_ews_rename_folder (ValijaEwsSchema     schema,
                          ValijaEwsFolderRef  folder,
                          const char         *name)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "UpdateFolder");

  valija_ews_writer_start (writer, "m:FolderChanges");
  valija_ews_writer_start (writer, "t:FolderChange");
  valija_ews_writer_folder (writer, folder);
  valija_ews_writer_start (writer, "t:Updates");
  valija_ews_writer_start (writer, "t:SetFolderField");
  valija_ews_writer_field (writer, "folder:DisplayName");
  valija_ews_writer_start (writer, "t:Folder");
  valija_ews_writer_element (writer, "t:DisplayName", name);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_move_folder (ValijaEwsSchema     schema,
                        ValijaEwsFolderRef  folder,
                        ValijaEwsFolderRef  parent)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "MoveFolder");

  valija_ews_writer_folders (writer, "m:ToFolderId", parent);
  valija_ews_writer_folders (writer, "m:FolderIds", folder);

  return valija_ews_writer_finish (writer, 1, TRUE);
}

ValijaEwsRequest *
valija_ews_delete_folder (ValijaEwsSchema     schema,
                          ValijaEwsFolderRef  folder,
                          gboolean            for_good)
{
  ValijaEwsWriter *writer = valija_ews_writer_new (schema, "DeleteFolder");

  valija_ews_writer_attribute (writer, "DeleteType", for_good ? "HardDelete" : "MoveToDeletedItems");
  valija_ews_writer_folders (writer, "m:FolderIds", folder);

  return valija_ews_writer_finish (writer, 1, FALSE);
}
