/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "sessions/valija-session.h"

G_BEGIN_DECLS

#define VALIJA_TYPE_MAIL_ORGANIZER (valija_mail_organizer_get_type ())
G_DECLARE_INTERFACE (ValijaMailOrganizer, valija_mail_organizer, VALIJA, MAIL_ORGANIZER, ValijaSession)

/* A message that is to be filed. */
typedef struct
{
  GBytes *source;
  ValijaFlags flags;
  gint64 received;          /* seconds since 1970, 0 for now */
} ValijaFiling;

/* Holds @source. (transfer full) */
ValijaFiling *valija_filing_new  (GBytes *source, ValijaFlags flags, gint64 received) G_GNUC_WARN_UNUSED_RESULT;
void          valija_filing_free (ValijaFiling *self);

struct _ValijaMailOrganizerInterface
{
  GTypeInterface parent;

  DexFuture *(*set_flags)     (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char * const  *remote_ids,
                               ValijaFlags          add,
                               ValijaFlags          remove);
  DexFuture *(*set_labels)    (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char * const  *remote_ids,
                               const char * const  *add,
                               const char * const  *remove);     /* nullable */
  DexFuture *(*move)          (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char * const  *remote_ids,
                               const char          *target);
  DexFuture *(*copy)          (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char * const  *remote_ids,
                               const char          *target);
  DexFuture *(*delete_)       (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char * const  *remote_ids);
  DexFuture *(*append)        (ValijaMailOrganizer *self,
                               const char          *folder,
                               GBytes              *source,
                               ValijaFlags          flags,
                               gint64               received);
  /* Both or neither */
  gboolean   (*files_many)    (ValijaMailOrganizer *self);
  DexFuture *(*append_many)   (ValijaMailOrganizer *self, const char *folder, GPtrArray *filings);
  DexFuture *(*create_folder) (ValijaMailOrganizer *self, const char *parent, const char *name);
  DexFuture *(*rename_folder) (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char          *parent,
                               const char          *name);
  DexFuture *(*remove_folder) (ValijaMailOrganizer *self, const char *folder);

  /* Both or neither: a provider whose changes may be repeated without harm needs none. */
  DexFuture *(*mark)          (ValijaMailOrganizer *self, const char *folder);
  DexFuture *(*find)          (ValijaMailOrganizer *self,
                               const char          *folder,
                               const char          *mark,
                               const char * const  *message_ids,
                               const guint64       *sizes);
};

/* Messages that are gone already are no failure: the rest is done. A folder that is gone is
 * VALIJA_ERROR_NOT_FOUND. */

/* Resolves to TRUE. */
DexFuture *valija_mail_organizer_set_flags (ValijaMailOrganizer *self,
                                            const char          *folder,
                                            const char * const  *remote_ids,
                                            ValijaFlags          add,
                                            ValijaFlags          remove) G_GNUC_WARN_UNUSED_RESULT;

/* @add and @remove: sets of valija-labels.h. Resolves to TRUE; rejects with UNSUPPORTED where the server keeps no
 * labels, and with REFUSED where it does not in this folder. */
DexFuture *valija_mail_organizer_set_labels (ValijaMailOrganizer *self,
                                             const char          *folder,
                                             const char * const  *remote_ids,
                                             const char * const  *add,
                                             const char * const  *remove) G_GNUC_WARN_UNUSED_RESULT;

/* Each resolves to a GPtrArray of char *: the new remote-ids in the order of @remote_ids, ""
 * where the server does not tell. The original of a move goes only after its copy is known to be
 * there. */
DexFuture *valija_mail_organizer_move (ValijaMailOrganizer *self,
                                       const char          *folder,
                                       const char * const  *remote_ids,
                                       const char          *target) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_mail_organizer_copy (ValijaMailOrganizer *self,
                                       const char          *folder,
                                       const char * const  *remote_ids,
                                       const char          *target) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes for good, these messages and no others. TRUE */
DexFuture *valija_mail_organizer_delete (ValijaMailOrganizer *self,
                                         const char          *folder,
                                         const char * const  *remote_ids) G_GNUC_WARN_UNUSED_RESULT;

/* Files @source. @received in seconds since 1970, 0 for now. Resolves to the new remote-id as a
 * string (G_TYPE_STRING), "" where the server does not tell. */
DexFuture *valija_mail_organizer_append (ValijaMailOrganizer *self,
                                         const char          *folder,
                                         GBytes              *source,
                                         ValijaFlags          flags,
                                         gint64               received) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the server takes several messages at once, as far as it is known before it is asked. */
gboolean   valija_mail_organizer_files_many  (ValijaMailOrganizer *self);

/* Files all of @filings (of ValijaFiling) at once, or none. Resolves to TRUE; rejects with UNSUPPORTED where the server
 * takes one at a time. */
DexFuture *valija_mail_organizer_append_many (ValijaMailOrganizer *self,
                                              const char          *folder,
                                              GPtrArray           *filings) G_GNUC_WARN_UNUSED_RESULT;

/* @parent is nullable: the top. Each resolves to ValijaFolderInfo (remove: TRUE). */
DexFuture *valija_mail_organizer_create_folder (ValijaMailOrganizer *self,
                                                const char          *parent,
                                                const char          *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_mail_organizer_rename_folder (ValijaMailOrganizer *self,
                                                const char          *folder,
                                                const char          *parent,
                                                const char          *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *valija_mail_organizer_remove_folder (ValijaMailOrganizer *self,
                                                const char          *folder) G_GNUC_WARN_UNUSED_RESULT;

/* Where @folder stands, before something is put into it. Resolves to a string, "" where a repeat does no harm. */
DexFuture *valija_mail_organizer_mark (ValijaMailOrganizer *self,
                                       const char          *folder) G_GNUC_WARN_UNUSED_RESULT;

/* What has come into @folder since. Resolves to a GPtrArray of char *: remote-ids in the order of @message_ids. */
DexFuture *valija_mail_organizer_find (ValijaMailOrganizer *self,
                                       const char          *folder,
                                       const char          *mark,
                                       const char * const  *message_ids,
                                       const guint64       *sizes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
