/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* How much of the room that an account has on its server is used. */
typedef struct
{
  guint64 used;             /* octets */
  guint64 limit;            /* octets, never 0 */
} ValijaQuota;

/* In octets. @limit 0 would be no quota: it is a mistake of the caller. */
#define VALIJA_TYPE_QUOTA (valija_quota_get_type ())
GType        valija_quota_get_type     (void) G_GNUC_CONST;
ValijaQuota *valija_quota_new          (guint64 used, guint64 limit) G_GNUC_WARN_UNUSED_RESULT;
ValijaQuota *valija_quota_copy         (const ValijaQuota *self) G_GNUC_WARN_UNUSED_RESULT;
void         valija_quota_free         (ValijaQuota *self);

/* From 0 to 1, though some servers let more be used. */
double       valija_quota_get_fraction (const ValijaQuota *self);

#define VALIJA_QUOTA_TIGHT 0.9

/* Whether the user should hear of it before mail is refused. */
gboolean     valija_quota_is_tight     (const ValijaQuota *self);

/* "180 MB of 200 MB used", translated. (transfer full) */
char        *valija_quota_dup_text     (const ValijaQuota *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaQuota, valija_quota_free)

G_END_DECLS
