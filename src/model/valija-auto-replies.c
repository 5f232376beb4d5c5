/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-auto-replies.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/valija-error.h"

G_DEFINE_BOXED_TYPE (ValijaAutoReplies, valija_auto_replies, valija_auto_replies_copy, valija_auto_replies_free)

ValijaAutoReplies *
valija_auto_replies_new (void)
{
  ValijaAutoReplies *self = g_new0 (ValijaAutoReplies, 1);

  self->widest = VALIJA_AUDIENCE_EVERYBODY;
  self->inside = g_strdup ("");
  self->outside = g_strdup ("");

  return self;
}

ValijaAutoReplies *
valija_auto_replies_copy (const ValijaAutoReplies *self)
{
  ValijaAutoReplies *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->inside = g_strdup (self->inside);
  copy->outside = g_strdup (self->outside);

  return copy;
}

void
valija_auto_replies_free (ValijaAutoReplies *self)
{
  g_free (self->inside);
  g_free (self->outside);
  g_free (self);
}

gboolean
valija_auto_replies_answer (const ValijaAutoReplies *self,
                            gint64                   now)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->state == VALIJA_REPLIES_ON ||
         (self->state == VALIJA_REPLIES_PERIOD && self->start <= now && now < self->end);
}

static gboolean
is_blank (const char *text)
{
  return strspn (text, " \t\r\n") == strlen (text);
}

const char *
valija_auto_replies_get_limit (const ValijaAutoReplies *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  switch (self->widest)
    {
    case VALIJA_AUDIENCE_NOBODY:
      return _("Your organization lets no automatic replies go outside.");
    case VALIJA_AUDIENCE_CONTACTS:
      return _("Your organization lets automatic replies go outside to your contacts only.");
    case VALIJA_AUDIENCE_EVERYBODY:
    default:
      return NULL;
    }
}

gboolean
valija_auto_replies_check (const ValijaAutoReplies *self,
                           gint64                   now,
                           GError                 **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (self->state == VALIJA_REPLIES_OFF)
    return TRUE;

  if (self->state == VALIJA_REPLIES_PERIOD && self->end <= self->start)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The period ends before it begins."));
      return FALSE;
    }

  if (self->state == VALIJA_REPLIES_PERIOD && self->end <= now)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The period has passed. Choose a later end."));
      return FALSE;
    }

  if (is_blank (self->inside))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("Write what people of your organization are to be told."));
      return FALSE;
    }

  if (self->audience > self->widest)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, "%s", valija_auto_replies_get_limit (self));
      return FALSE;
    }

  if (self->audience != VALIJA_AUDIENCE_NOBODY && is_blank (self->outside))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("Write what people outside of your organization are to be "
                                                       "told, or choose that they get no answer."));
      return FALSE;
    }

  return TRUE;
}
