/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  VALIJA_REPLIES_OFF,
  VALIJA_REPLIES_ON,
  VALIJA_REPLIES_PERIOD,
} ValijaRepliesState;

/* Who of the people outside of the organization gets an answer. */
typedef enum
{
  VALIJA_AUDIENCE_NOBODY,
  VALIJA_AUDIENCE_CONTACTS,
  VALIJA_AUDIENCE_EVERYBODY,
} ValijaRepliesAudience;

/* What a server answers by itself while somebody is away: boxed. The texts are never NULL. */
typedef struct
{
  ValijaRepliesState state;
  gint64 start;              /* seconds since 1970; of a period, else 0 or what it was before */
  gint64 end;
  ValijaRepliesAudience audience;
  ValijaRepliesAudience widest; /* what the organization allows @audience to be */
  char *inside;              /* what people of the organization are told */
  char *outside;
} ValijaAutoReplies;

/* A new one is OFF and says nothing; EVERYBODY may get it. Copying duplicates the texts. */
#define VALIJA_TYPE_AUTO_REPLIES (valija_auto_replies_get_type ())
GType              valija_auto_replies_get_type (void) G_GNUC_CONST;
ValijaAutoReplies *valija_auto_replies_new      (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaAutoReplies *valija_auto_replies_copy     (const ValijaAutoReplies *self) G_GNUC_WARN_UNUSED_RESULT;
void               valija_auto_replies_free     (ValijaAutoReplies *self);

/* Whether people are answered at @now, in seconds since 1970. */
gboolean           valija_auto_replies_answer   (const ValijaAutoReplies *self,
                                                 gint64                   now);

/* What the organization allows outside of it, in a sentence; NULL where it allows all. (transfer none) */
const char        *valija_auto_replies_get_limit (const ValijaAutoReplies *self);

/* FALSE with VALIJA_ERROR_INVALID for what makes no sense: a period that ends before it begins or has passed at @now,
 * or nothing to say; and for what the organization does not allow. */
gboolean           valija_auto_replies_check    (const ValijaAutoReplies *self,
                                                 gint64                   now,
                                                 GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaAutoReplies, valija_auto_replies_free)

G_END_DECLS
