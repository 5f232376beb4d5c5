/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sessions/valija-mail-organizer.h"

#include "base/valija-error.h"
#include "base/valija-future.h"

#include <glib/gi18n-lib.h>

G_DEFINE_INTERFACE (ValijaMailOrganizer, valija_mail_organizer, VALIJA_TYPE_SESSION)

static void
valija_mail_organizer_default_init (ValijaMailOrganizerInterface *iface)
{
}

ValijaFiling *
valija_filing_new (GBytes *source, ValijaFlags flags, gint64 received)
{
  ValijaFiling *self = g_new0 (ValijaFiling, 1);

  self->source = g_bytes_ref (source);
  self->flags = flags;
  self->received = received;

  return self;
}

void
valija_filing_free (ValijaFiling *self)
{
  g_bytes_unref (self->source);
  g_free (self);
}

gboolean
valija_mail_organizer_files_many (ValijaMailOrganizer *self)
{
  g_return_val_if_fail (VALIJA_IS_MAIL_ORGANIZER (self), FALSE);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->files_many != NULL &&
         VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->files_many (self);
}

/**
 * valija_mail_organizer_append_many:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @filings: (element-type ValijaFiling): what is filed, in this order
 *
 * Returns: (transfer full): a future that resolves to %TRUE when the server has all of them, and rejects when it has
 *   none, but for a lost answer
 */
DexFuture *
valija_mail_organizer_append_many (ValijaMailOrganizer *self, const char *folder, GPtrArray *filings)
{
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && filings != NULL && filings->len > 0);

  if (VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->append_many != NULL)
    return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->append_many (self, folder, filings);

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server files one message at a time."));
  valija_error_locate (&error, valija_session_get_mail_side (VALIJA_SESSION (self)), VALIJA_STEP_CHANGE);
  return dex_future_new_for_error (error);
}

/**
 * valija_mail_organizer_set_flags:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it
 * @add: flags to set
 * @remove: flags to take away
 *
 * Messages that are gone already are no failure.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
valija_mail_organizer_set_flags (ValijaMailOrganizer *self,
                                 const char          *folder,
                                 const char * const  *remote_ids,
                                 ValijaFlags          add,
                                 ValijaFlags          remove)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && remote_ids != NULL);
  dex_return_error_if_fail ((add & remove) == 0);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->set_flags (self, folder, remote_ids, add, remove);
}

/**
 * valija_mail_organizer_set_labels:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it
 * @add: (array zero-terminated=1): labels to set
 * @remove: (array zero-terminated=1): labels to take away
 *
 * What others have set or taken away stays so. Messages that are gone already are no failure.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
valija_mail_organizer_set_labels (ValijaMailOrganizer *self,
                                  const char          *folder,
                                  const char * const  *remote_ids,
                                  const char * const  *add,
                                  const char * const  *remove)
{
  GError *error = NULL;

  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && remote_ids != NULL);
  dex_return_error_if_fail (add != NULL && remove != NULL);

  if (VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->set_labels != NULL)
    return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->set_labels (self, folder, remote_ids, add, remove);

  valija_error_set (&error, VALIJA_ERROR_UNSUPPORTED, _("The server keeps no labels."));
  valija_error_locate (&error, valija_session_get_mail_side (VALIJA_SESSION (self)), VALIJA_STEP_CHANGE);
  return dex_future_new_for_error (error);
}

/**
 * valija_mail_organizer_move:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it
 * @target: the remote-id of another folder
 *
 * The original goes only after its copy is known to be there.
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of strings: the new remote-ids
 * in the order of @remote_ids, "" where the server does not tell
 */
DexFuture *
valija_mail_organizer_move (ValijaMailOrganizer *self,
                            const char          *folder,
                            const char * const  *remote_ids,
                            const char          *target)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && remote_ids != NULL && target != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->move (self, folder, remote_ids, target);
}

/**
 * valija_mail_organizer_copy:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it
 * @target: the remote-id of a folder
 *
 * Returns: (transfer full): a future that resolves as that of valija_mail_organizer_move()
 */
DexFuture *
valija_mail_organizer_copy (ValijaMailOrganizer *self,
                            const char          *folder,
                            const char * const  *remote_ids,
                            const char          *target)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && remote_ids != NULL && target != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->copy (self, folder, remote_ids, target);
}

/**
 * valija_mail_organizer_delete:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @remote_ids: (array zero-terminated=1): messages of it
 *
 * Deletes for good, these messages and no others.
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
valija_mail_organizer_delete (ValijaMailOrganizer *self,
                              const char          *folder,
                              const char * const  *remote_ids)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && remote_ids != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->delete_ (self, folder, remote_ids);
}

/**
 * valija_mail_organizer_append:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @source: RFC 5322 octets
 * @flags: the flags it gets
 * @received: seconds since 1970; 0 is now
 *
 * Returns: (transfer full): a future that resolves to the new remote-id (%G_TYPE_STRING), ""
 * where the server does not tell
 */
DexFuture *
valija_mail_organizer_append (ValijaMailOrganizer *self,
                              const char          *folder,
                              GBytes              *source,
                              ValijaFlags          flags,
                              gint64               received)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && source != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->append (self, folder, source, flags, received);
}

/**
 * valija_mail_organizer_create_folder:
 * @self: an organizer
 * @parent: (nullable): the remote-id of a folder; %NULL is the top
 * @name: UTF-8
 *
 * Returns: (transfer full): a future that resolves to a ValijaFolderInfo (boxed)
 */
DexFuture *
valija_mail_organizer_create_folder (ValijaMailOrganizer *self,
                                     const char          *parent,
                                     const char          *name)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (name != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->create_folder (self, parent, name);
}

/**
 * valija_mail_organizer_rename_folder:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @parent: (nullable): the remote-id of its parent from now on; %NULL is the top
 * @name: UTF-8
 *
 * Returns: (transfer full): a future that resolves to a ValijaFolderInfo (boxed)
 */
DexFuture *
valija_mail_organizer_rename_folder (ValijaMailOrganizer *self,
                                     const char          *folder,
                                     const char          *parent,
                                     const char          *name)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && name != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->rename_folder (self, folder, parent, name);
}

/**
 * valija_mail_organizer_remove_folder:
 * @self: an organizer
 * @folder: the remote-id of a folder
 *
 * Returns: (transfer full): a future that resolves to %TRUE
 */
DexFuture *
valija_mail_organizer_remove_folder (ValijaMailOrganizer *self, const char *folder)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL);

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->remove_folder (self, folder);
}

/**
 * valija_mail_organizer_mark:
 * @self: an organizer
 * @folder: the remote-id of a folder that messages are about to be put into
 *
 * Asked and written down before the messages are put there, it lets valija_mail_organizer_find() tell later whether
 * that has happened, when the connection was lost before the server had answered.
 *
 * Returns: (transfer full): a future that resolves to a string that only the provider understands, "" where doing it
 *   twice does no harm
 */
DexFuture *
valija_mail_organizer_mark (ValijaMailOrganizer *self,
                            const char          *folder)
{
  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL);

  if (VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->mark == NULL)
    return dex_future_new_for_string ("");

  return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->mark (self, folder);
}

/**
 * valija_mail_organizer_find:
 * @self: an organizer
 * @folder: the remote-id of a folder
 * @mark: of valija_mail_organizer_mark() for that folder; with "" nothing is found, for it may be older
 * @message_ids: (array zero-terminated=1): without angle brackets, "" for a message that has none
 * @sizes: (nullable): in the order of @message_ids, 0 where not known; only looked at where there is no Message-ID
 *
 * No message is found twice: of two that are asked for alike the second needs one of its own.
 *
 * Returns: (transfer full): a future that resolves to a #GPtrArray of strings: the remote-ids in the order of
 *   @message_ids, "" for those that are not there
 */
DexFuture *
valija_mail_organizer_find (ValijaMailOrganizer *self,
                            const char          *folder,
                            const char          *mark,
                            const char * const  *message_ids,
                            const guint64       *sizes)
{
  GPtrArray *none;

  dex_return_error_if_fail (VALIJA_IS_MAIL_ORGANIZER (self));
  dex_return_error_if_fail (folder != NULL && mark != NULL && message_ids != NULL);

  if (VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->find != NULL)
    return VALIJA_MAIL_ORGANIZER_GET_IFACE (self)->find (self, folder, mark, message_ids, sizes);

  none = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; message_ids[i] != NULL; i++)
    g_ptr_array_add (none, g_strdup (""));

  return valija_future_new_take_ptr_array (none);
}
