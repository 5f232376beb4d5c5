/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "model/valija-account.h"

G_BEGIN_DECLS

/* One readable key file an account, ID.account, in one directory. It never holds a secret. */

/* What one file gave: an account, or why not. */
typedef struct
{
  char *name;                /* of the file */
  ValijaAccount *account;    /* nullable */
  GError *error;             /* nullable */
} ValijaAccountFile;

/* Lets go of the account and the error, where they are there. */
void       valija_account_file_free    (ValijaAccountFile *self);

/* Resolves to a GPtrArray of ValijaAccountFile, sorted by the accounts' names; a missing directory holds none. */
DexFuture *valija_account_files_load   (GFile *directory) G_GNUC_WARN_UNUSED_RESULT;

/* Writes the file of @account anew or for the first time: whole or not at all, readable by its owner only. TRUE */
DexFuture *valija_account_files_save   (GFile *directory, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE, also when there was none. */
DexFuture *valija_account_files_remove (GFile *directory, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* The same for an account of which mail stays: its file is kept as ID.removed. */
DexFuture *valija_account_files_retire (GFile *directory, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

/* As valija_account_files_load(), of those that were retired. */
DexFuture *valija_account_files_load_retired (GFile *directory) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE, also when it was not retired. */
DexFuture *valija_account_files_forget_retired (GFile *directory, ValijaAccount *account) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaAccountFile, valija_account_file_free)

G_END_DECLS
