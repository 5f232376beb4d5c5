/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include "mime/valija-mime-header.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Longer texts are quoted up to here. */
#define QUOTE_LIMIT (1024 * 1024)
#define PREFIXES_LIMIT 20

/* What programs in many languages put in front of a subject. */
static const char *const reply_prefixes[] = {
  "re", "aw", "antw", "antwort", "sv", "vs", "odp", "res", "rif", "ynt", "回复", "答复",
};
static const char *const forward_prefixes[] = {
  "fwd", "fw", "wg", "rv", "tr", "enc", "pd", "转发",
};

static gboolean
is_self (const ValijaAddress *address,
         const ValijaAddress *self_address)
{
  return self_address != NULL && g_ascii_strcasecmp (address->address, self_address->address) == 0;
}

static gboolean
contains (GPtrArray           *list,
          const ValijaAddress *address)
{
  for (guint i = 0; i < list->len; i++)
    if (g_ascii_strcasecmp (((const ValijaAddress *)g_ptr_array_index (list, i))->address,
                            address->address) == 0)
      return TRUE;

  return FALSE;
}

/* Adds those of @source to @target that are in neither list, nor oneself: neither @self_address nor among @own. */
static void
add_others (GPtrArray           *target,
            GPtrArray           *also_not,
            GPtrArray           *source,
            const ValijaAddress *self_address,
            GPtrArray           *own)
{
  for (guint i = 0; i < source->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (source, i);

      if (!is_self (address, self_address) && (own == NULL || !contains (own, address)) &&
          !contains (target, address) && !contains (also_not, address))
        g_ptr_array_add (target, valija_address_copy (address));
    }
}

static gboolean
is_from_self (const ValijaMessageInfo *info,
              const ValijaAddress     *self_address)
{
  return info->from->len == 1 && is_self (g_ptr_array_index (info->from, 0), self_address);
}

static void
set_recipients (ValijaComposition       *self,
                const ValijaMessageInfo *info,
                gboolean                 all,
                const ValijaAddress     *self_address,
                GPtrArray               *own)
{
  g_autoptr(GPtrArray) to = valija_address_list_new ();
  g_autoptr(GPtrArray) cc = valija_address_list_new ();
  GPtrArray *author = info->reply_to->len > 0 ? info->reply_to : info->from;

  /* An answer to what one wrote oneself goes on to whom it went */
  if (is_from_self (info, self_address))
    author = info->to;
  add_others (to, cc, author, self_address, all ? own : NULL);
  if (all)
    {
      add_others (to, cc, info->to, self_address, own);
      add_others (cc, to, info->cc, self_address, own);
    }
  /* A letter to oneself */
  if (to->len == 0 && cc->len == 0)
    add_others (to, cc, author, NULL, NULL);

  g_free (self->to);
  g_free (self->cc);
  self->to = valija_composition_format_addresses (to);
  self->cc = valija_composition_format_addresses (cc);
}

/* The length of a prefix like "Re:", "RE[2]:", "AW :" at the start of @subject, 0 without one. */
static gsize
match_prefix (const char        *subject,
              const char *const *prefixes,
              gsize              n)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize length = strlen (prefixes[i]);
      const char *p = subject + length;

      if (g_ascii_strncasecmp (subject, prefixes[i], length) != 0)
        continue;
      if (*p == '[' || *p == '(' || *p == '^')
        {
          p++;
          while (g_ascii_isdigit (*p))
            p++;
          if (*p == ']' || *p == ')')
            p++;
        }
      while (*p == ' ')
        p++;
      if (*p == ':')
        p++;
      else if (g_str_has_prefix (p, "："))
        p += strlen ("：");
      else
        continue;
      while (*p == ' ')
        p++;

      return p - subject;
    }

  return 0;
}

/* @prefix once, whatever was there before of its kind. */
static char *
make_subject (const char        *subject,
              const char        *prefix,
              const char *const *prefixes,
              gsize              n)
{
  gsize length;

  for (guint i = 0; i < PREFIXES_LIMIT && (length = match_prefix (subject, prefixes, n)) > 0; i++)
    subject += length;

  return g_strconcat (prefix, " ", subject, NULL);
}

/* RFC 5322 §3.6.4 */
static void
set_references (ValijaComposition       *self,
                const ValijaMessageInfo *info)
{
  g_autofree char *chain = NULL;

  if (*info->message_id == '\0')
    return;

  chain = g_strconcat (*info->references != '\0' ? info->references : info->in_reply_to, " ",
                       info->message_id, NULL);
  g_free (self->in_reply_to);
  g_free (self->references);
  self->in_reply_to = g_strdup (info->message_id);
  self->references = valija_mime_normalise_ids (g_strstrip (chain));
}

static char *
format_date (gint64 date)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (date);
  g_autoptr(GDateTime) local = utc != NULL && date > 0 ? g_date_time_to_local (utc) : NULL;

  /* Translators: the date of a message in the line that introduces its quotation, as of
   * g_date_time_format() */
  return local != NULL ? g_date_time_format (local, _("%-d %B %Y at %H:%M")) : NULL;
}

static char *
make_attribution (const ValijaMessageInfo *info)
{
  g_autofree char *date = format_date (info->date);
  g_autofree char *name = info->from->len > 0
                              ? valija_address_to_label (g_ptr_array_index (info->from, 0))
                              : NULL;

  if (name == NULL)
    return g_strdup (_("Quotation:"));
  if (date == NULL)
    /* Translators: introduces a quotation; the argument is a person */
    return g_strdup_printf (_("%s wrote:"), name);

  /* Translators: introduces a quotation; the arguments are a date with time, and a person */
  return g_strdup_printf (_("On %1$s, %2$s wrote:"), date, name);
}

/* Quotes a text that has one line for each paragraph; without the signature (RFC 3676 §4.3) and
 * empty lines at its end. */
static void
append_quoted (GString    *out,
               const char *text)
{
  gsize left = QUOTE_LIMIT;
  gsize end = out->len;

  while (*text != '\0' && left > 0)
    {
      gsize length = MIN (strcspn (text, "\n"), left);

      while (length < left && ((guchar) text[length] & 0xc0) == 0x80)
        length--;
      if (length == 3 && memcmp (text, "-- ", 3) == 0)
        break;

      g_string_append_c (out, '>');
      if (length > 0 && *text != '>')
        g_string_append_c (out, ' ');
      g_string_append_len (out, text, length);
      g_string_append_c (out, '\n');
      if (length > 0)
        end = out->len;

      left -= length;
      text += length;
      if (*text == '\n')
        text++;
      else if (length == 0)
        break;
    }

  g_string_truncate (out, end);
}

static void
set_reply (ValijaComposition   *self,
           ValijaMimeMessage   *original,
           gboolean             all,
           const ValijaAddress *self_address,
           GPtrArray           *own)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (original);
  g_autofree char *attribution = make_attribution (info);
  g_autoptr(GString) text = g_string_new ("\n\n");

  set_recipients (self, info, all, self_address, own);
  set_references (self, info);
  g_free (self->subject);
  self->subject = make_subject (info->subject, "Re:", reply_prefixes,
                                G_N_ELEMENTS (reply_prefixes));

  g_string_append_printf (text, "%s\n", attribution);
  append_quoted (text, valija_mime_message_get_text (original));
  g_free (self->text);
  self->text = g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
make_forwarded_text (ValijaMimeMessage *original)
{
  const ValijaMessageInfo *info = valija_mime_message_get_info (original);
  g_autofree char *from = valija_composition_format_addresses (info->from);
  g_autofree char *to = valija_composition_format_addresses (info->to);
  g_autofree char *cc = valija_composition_format_addresses (info->cc);
  g_autofree char *date = format_date (info->date);
  const char *text = valija_mime_message_get_text (original);
  GString *out = g_string_new ("\n\n");

  g_string_append_printf (out, "---------- %s ----------\n", _("Forwarded message"));
  /* Translators: these head a forwarded message as they do in letters */
  g_string_append_printf (out, _("From: %s\n"), from);
  if (date != NULL)
    g_string_append_printf (out, _("Date: %s\n"), date);
  g_string_append_printf (out, _("Subject: %s\n"), info->subject);
  g_string_append_printf (out, _("To: %s\n"), to);
  if (*cc != '\0')
    g_string_append_printf (out, _("Cc: %s\n"), cc);
  g_string_append_printf (out, "\n%s", text);

  return g_string_free (out, FALSE);
}

static void
add_parts (ValijaComposition    *self,
           ValijaMimeMessage    *original,
           const ValijaMimePart *part)
{
  /* Pictures within the text come too, as files, for the text that shows them does not */
  if (part->attachment || part->inline_image)
    {
      g_autoptr(GBytes) bytes = valija_mime_message_load_part (original, part, NULL);
      g_autoptr(ValijaAttachment) attachment = bytes != NULL
                           ? valija_attachment_new_for_bytes (part->safe_name, part->type, bytes)
                           : NULL;

      if (attachment != NULL)
        valija_composition_add_attachment (self, attachment);
      return;
    }

  for (guint i = 0; i < part->children->len; i++)
    add_parts (self, original, g_ptr_array_index (part->children, i));
}

static void
set_forward (ValijaComposition *self,
             ValijaMimeMessage *original,
             GBytes            *source)
{
  const char *subject = valija_mime_message_get_info (original)->subject;

  g_free (self->subject);
  self->subject = make_subject (subject, "Fwd:", forward_prefixes, G_N_ELEMENTS (forward_prefixes));

  if (source != NULL)
    {
      g_autofree char *name = g_strconcat (*subject != '\0' ? subject : _("Message"), ".eml", NULL);
      g_autoptr(ValijaAttachment) attachment = NULL;

      g_strdelimit (name, "/\\", '-');
      attachment = valija_attachment_new_for_bytes (name, "message/rfc822", source);
      valija_composition_add_attachment (self, attachment);
      return;
    }

  g_free (self->text);
  self->text = make_forwarded_text (original);
  add_parts (self, original, valija_mime_message_get_root (original));
}

/**
 * valija_composition_is_forward:
 *
 * Returns: whether the subject of @message begins as that of a forward does: what it quotes is then what it is for
 */
gboolean
valija_composition_is_forward (ValijaMimeMessage *message)
{
  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (message), FALSE);

  return match_prefix (valija_mime_message_get_info (message)->subject, forward_prefixes,
                       G_N_ELEMENTS (forward_prefixes)) > 0;
}

/**
 * valija_composition_choose_sender:
 * @original: the message that is answered
 * @senders: (element-type ValijaAddress): whom it may be answered by, the usual one first
 *
 * Returns: (transfer full) (nullable): the first of @senders that is among the recipients of @original or wrote it,
 *   else the usual one; %NULL if there are none
 */
ValijaAddress *
valija_composition_choose_sender (ValijaMimeMessage *original,
                                  GPtrArray         *senders)
{
  const ValijaMessageInfo *info;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (original), NULL);
  g_return_val_if_fail (senders != NULL, NULL);

  info = valija_mime_message_get_info (original);
  for (guint i = 0; i < senders->len; i++)
    {
      const ValijaAddress *sender = g_ptr_array_index (senders, i);

      if (contains (info->to, sender) || contains (info->cc, sender) || contains (info->from, sender))
        return valija_address_copy (sender);
    }

  return senders->len > 0 ? valija_address_copy (g_ptr_array_index (senders, 0)) : NULL;
}

/**
 * valija_composition_new_reply:
 * @source: what @original was parsed from; attached by VALIJA_FORWARD_ATTACHED
 * @self_address: (nullable): who answers
 * @own: (nullable) (element-type ValijaAddress): all addresses of who answers: a reply to all goes to none of them,
 *   unless nobody would be left
 *
 * Begins an answer to, or a forward of, @original, in plain text: nothing of a stranger's HTML
 * goes out in one's own name.
 *
 * Returns: (transfer full): the composition
 */
ValijaComposition *
valija_composition_new_reply (ValijaMimeMessage   *original,
                              GBytes              *source,
                              ValijaReplyKind      kind,
                              const ValijaAddress *self_address,
                              GPtrArray           *own)
{
  ValijaComposition *self;

  g_return_val_if_fail (VALIJA_IS_MIME_MESSAGE (original), NULL);
  g_return_val_if_fail (kind != VALIJA_FORWARD_ATTACHED || source != NULL, NULL);

  self = valija_composition_new ();
  self->from = self_address != NULL ? valija_address_copy (self_address) : NULL;

  switch (kind)
    {
    case VALIJA_REPLY:
    case VALIJA_REPLY_ALL:
      set_reply (self, original, kind == VALIJA_REPLY_ALL, self_address, own);
      break;
    case VALIJA_FORWARD:
      set_forward (self, original, NULL);
      break;
    case VALIJA_FORWARD_ATTACHED:
      set_forward (self, original, source);
      break;
    default:
      g_assert_not_reached ();
    }

  return self;
}
