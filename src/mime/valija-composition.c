/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include "base/valija-error.h"
#include "mime/valija-html.h"
#include "mime/valija-mime-header.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (ValijaComposition, valija_composition, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FROM,
  PROP_TO,
  PROP_CC,
  PROP_BCC,
  PROP_SUBJECT,
  PROP_TEXT,
  PROP_HTML,
  PROP_PRIORITY,
  PROP_CONFIDENTIALITY,
  PROP_READ_CONFIRMATION,
  PROP_DELIVERY_RECEIPT,
  PROP_IN_REPLY_TO,
  PROP_REFERENCES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The member that holds a string property; NULL for another kind. */
static char **
find_string (ValijaComposition *self,
             guint              prop_id)
{
  switch (prop_id)
    {
    case PROP_TO:
      return &self->to;
    case PROP_CC:
      return &self->cc;
    case PROP_BCC:
      return &self->bcc;
    case PROP_SUBJECT:
      return &self->subject;
    case PROP_TEXT:
      return &self->text;
    case PROP_HTML:
      return &self->html;
    case PROP_IN_REPLY_TO:
      return &self->in_reply_to;
    case PROP_REFERENCES:
      return &self->references;
    default:
      return NULL;
    }
}

static void
valija_composition_finalize (GObject *object)
{
  ValijaComposition *self = VALIJA_COMPOSITION (object);

  for (guint prop_id = PROP_0; prop_id < N_PROPS; prop_id++)
    {
      char **string = find_string (self, prop_id);

      if (string != NULL)
        g_clear_pointer (string, g_free);
    }
  g_clear_pointer (&self->from, valija_address_free);
  g_clear_pointer (&self->message_id, g_free);
  g_clear_object (&self->attachments);

  G_OBJECT_CLASS (valija_composition_parent_class)->finalize (object);
}

static void
valija_composition_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  ValijaComposition *self = VALIJA_COMPOSITION (object);
  char **string = find_string (self, prop_id);

  if (string != NULL)
    {
      g_value_set_string (value, *string);
      return;
    }

  switch (prop_id)
    {
    case PROP_FROM:
      g_value_set_boxed (value, self->from);
      break;
    case PROP_PRIORITY:
      g_value_set_int (value, self->priority);
      break;
    case PROP_CONFIDENTIALITY:
      g_value_set_int (value, self->confidentiality);
      break;
    case PROP_READ_CONFIRMATION:
      g_value_set_boolean (value, self->read_confirmation);
      break;
    case PROP_DELIVERY_RECEIPT:
      g_value_set_boolean (value, self->delivery_receipt);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_string (ValijaComposition  *self,
            char              **string,
            const GValue       *value,
            GParamSpec         *pspec)
{
  const char *text = g_value_get_string (value);

  if (g_set_str (string, text == NULL && string != &self->html ? "" : text))
    g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
set_number (ValijaComposition *self,
            int               *number,
            int                value,
            GParamSpec        *pspec)
{
  if (*number == value)
    return;

  *number = value;
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
valija_composition_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  ValijaComposition *self = VALIJA_COMPOSITION (object);
  char **string = find_string (self, prop_id);

  if (string != NULL)
    {
      set_string (self, string, value, pspec);
      return;
    }

  switch (prop_id)
    {
    case PROP_FROM:
      g_clear_pointer (&self->from, valija_address_free);
      self->from = g_value_dup_boxed (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_PRIORITY:
      set_number (self, &self->priority, g_value_get_int (value), pspec);
      break;
    case PROP_CONFIDENTIALITY:
      set_number (self, &self->confidentiality, g_value_get_int (value), pspec);
      break;
    case PROP_READ_CONFIRMATION:
      set_number (self, &self->read_confirmation, g_value_get_boolean (value), pspec);
      break;
    case PROP_DELIVERY_RECEIPT:
      set_number (self, &self->delivery_receipt, g_value_get_boolean (value), pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_composition_class_init (ValijaCompositionClass *klass)
{
  static const char *const strings[] = {
    [PROP_TO] = "to",
    [PROP_CC] = "cc",
    [PROP_BCC] = "bcc",
    [PROP_SUBJECT] = "subject",
    [PROP_TEXT] = "text",
    [PROP_HTML] = "html",
    [PROP_IN_REPLY_TO] = "in-reply-to",
    [PROP_REFERENCES] = "references",
  };
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = valija_composition_finalize;
  object_class->get_property = valija_composition_get_property;
  object_class->set_property = valija_composition_set_property;

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    if (strings[i] != NULL)
      properties[i] =
        g_param_spec_string (strings[i], NULL, NULL, i == PROP_HTML ? NULL : "", flags);
  properties[PROP_FROM] = g_param_spec_boxed ("from", NULL, NULL, VALIJA_TYPE_ADDRESS, flags);
  properties[PROP_PRIORITY] =
    g_param_spec_int ("priority", NULL, NULL,
                      VALIJA_PRIORITY_NORMAL, VALIJA_PRIORITY_LOW, VALIJA_PRIORITY_NORMAL,
                      flags);
  properties[PROP_CONFIDENTIALITY] =
    g_param_spec_int ("confidentiality", NULL, NULL,
                      VALIJA_CONFIDENTIALITY_NONE, VALIJA_CONFIDENTIALITY_CONFIDENTIAL,
                      VALIJA_CONFIDENTIALITY_NONE,
                      flags);
  properties[PROP_READ_CONFIRMATION] =
    g_param_spec_boolean ("read-confirmation", NULL, NULL, FALSE, flags);
  properties[PROP_DELIVERY_RECEIPT] =
    g_param_spec_boolean ("delivery-receipt", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_composition_init (ValijaComposition *self)
{
  for (guint prop_id = PROP_0; prop_id < N_PROPS; prop_id++)
    {
      char **string = find_string (self, prop_id);

      if (string != NULL && prop_id != PROP_HTML)
        *string = g_strdup ("");
    }
  self->attachments = g_list_store_new (VALIJA_TYPE_ATTACHMENT);
}

ValijaComposition *
valija_composition_new (void)
{
  return g_object_new (VALIJA_TYPE_COMPOSITION, NULL);
}

ValijaComposition *
valija_composition_copy (ValijaComposition *self)
{
  ValijaComposition *copy;
  guint n;

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), NULL);

  valija_composition_ensure_message_id (self);
  copy = valija_composition_new ();
  for (guint prop_id = PROP_0 + 1; prop_id < N_PROPS; prop_id++)
    {
      g_auto(GValue) value = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (self), properties[prop_id]->name, &value);
      g_object_set_property (G_OBJECT (copy), properties[prop_id]->name, &value);
    }
  copy->message_id = g_strdup (self->message_id);

  n = g_list_model_get_n_items (G_LIST_MODEL (self->attachments));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(ValijaAttachment) attachment = g_list_model_get_item (G_LIST_MODEL (self->attachments), i);

      g_list_store_append (copy->attachments, attachment);
    }

  return copy;
}

void
valija_composition_add_attachment (ValijaComposition *self,
                                   ValijaAttachment  *attachment)
{
  g_return_if_fail (VALIJA_IS_COMPOSITION (self));
  g_return_if_fail (VALIJA_IS_ATTACHMENT (attachment));

  g_list_store_append (self->attachments, attachment);
}

void
valija_composition_remove_attachment (ValijaComposition *self,
                                      ValijaAttachment  *attachment)
{
  guint position;

  g_return_if_fail (VALIJA_IS_COMPOSITION (self));
  g_return_if_fail (VALIJA_IS_ATTACHMENT (attachment));

  if (g_list_store_find (self->attachments, attachment, &position))
    g_list_store_remove (self->attachments, position);
}

void
valija_composition_renew (ValijaComposition *self)
{
  g_return_if_fail (VALIJA_IS_COMPOSITION (self));

  g_clear_pointer (&self->message_id, g_free);
}

GListModel *
valija_composition_get_attachments (ValijaComposition *self)
{
  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), NULL);

  return G_LIST_MODEL (self->attachments);
}

char *
valija_composition_format_addresses (GPtrArray *list)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);
      gboolean quote = strpbrk (address->name, "()<>[]:;@\\,.\"") != NULL;

      if (out->len > 0)
        g_string_append (out, ", ");
      if (*address->name == '\0')
        {
          g_string_append (out, address->address);
          continue;
        }

      if (quote)
        g_string_append_c (out, '"');
      for (const char *p = address->name; *p != '\0'; p++)
        {
          if (quote && (*p == '"' || *p == '\\'))
            g_string_append_c (out, '\\');
          g_string_append_c (out, *p);
        }
      if (quote)
        g_string_append_c (out, '"');
      if (*address->address != '\0')
        g_string_append_printf (out, " <%s>", address->address);
    }

  return g_string_free (out, FALSE);
}

char *
valija_composition_wire_address (const char *address)
{
  const char *at = strrchr (address, '@');
  g_autofree char *domain = at != NULL && at[1] != '[' ? g_hostname_to_ascii (at + 1) : NULL;

  if (domain == NULL)
    return g_strdup (address);

  return g_strdup_printf ("%.*s@%s", (int) (at - address), address, domain);
}

/* The local part is the receiver's business, the domain knows no case (RFC 5321 §2.4). */
static gboolean
is_same_address (gconstpointer a,
                 gconstpointer b)
{
  const char *at = strrchr (a, '@');
  gsize local = at != NULL ? (gsize) (at - (const char *) a) : strlen (a);

  return strncmp (a, b, local) == 0 &&
         g_ascii_strcasecmp ((const char *)a + local, (const char *)b + local) == 0;
}

gboolean
valija_composition_add_recipients (ValijaEnvelope  *envelope,
                                   GPtrArray       *list,
                                   GError         **error)
{
  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);
      g_autofree char *wire = valija_composition_wire_address (address->address);

      if (!valija_address_is_valid (address->address))
        {
          g_autofree char *text = address->address[0] != '\0' ? valija_address_to_text (address)
                                                               : g_strdup (address->name);

          valija_error_set (error, VALIJA_ERROR_INVALID,
                            _("“%s” is not an email address. Correct it or take it out."), text);
          return FALSE;
        }
      if (!g_ptr_array_find_with_equal_func (envelope->recipients, wire, is_same_address, NULL))
        g_ptr_array_add (envelope->recipients, g_steal_pointer (&wire));
    }

  return TRUE;
}

/* What of @typed is in @addresses; those found are taken out of @missing. */
static char *
keep_in_field (const char *typed,
               GPtrArray  *addresses,
               GPtrArray  *missing,
               gboolean   *changed)
{
  g_autoptr(GPtrArray) list = valija_mime_parse_addresses (typed);
  g_autoptr(GPtrArray) kept = valija_address_list_new ();

  for (guint i = 0; i < list->len; i++)
    {
      const ValijaAddress *address = g_ptr_array_index (list, i);
      g_autofree char *wire = valija_composition_wire_address (address->address);
      guint position;

      if (!g_ptr_array_find_with_equal_func (addresses, wire, is_same_address, NULL))
        {
          *changed = TRUE;
          continue;
        }

      g_ptr_array_add (kept, valija_address_copy (address));
      if (g_ptr_array_find_with_equal_func (missing, wire, is_same_address, &position))
        g_ptr_array_remove_index (missing, position);
    }

  return valija_composition_format_addresses (kept);
}

/**
 * valija_composition_keep_recipients:
 * @addresses: (element-type utf8): whom it is still to reach, domains in ASCII
 *
 * For a message of which some have got theirs: taken up again it must not reach them a second time. Whoever was named
 * in the envelope alone comes into Bcc.
 *
 * Returns: whether anything changed
 */
gboolean
valija_composition_keep_recipients (ValijaComposition *self,
                                    GPtrArray         *addresses)
{
  g_autoptr(GPtrArray) missing = NULL;
  g_autofree char *to = NULL;
  g_autofree char *cc = NULL;
  g_autofree char *bcc = NULL;
  gboolean changed = FALSE;

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), FALSE);
  g_return_val_if_fail (addresses != NULL, FALSE);

  missing = g_ptr_array_copy (addresses, (GCopyFunc) (void *) g_strdup, NULL);
  g_ptr_array_set_free_func (missing, g_free);
  to = keep_in_field (self->to, addresses, missing, &changed);
  cc = keep_in_field (self->cc, addresses, missing, &changed);
  bcc = keep_in_field (self->bcc, addresses, missing, &changed);

  for (guint i = 0; i < missing->len; i++)
    {
      g_autofree char *before = g_steal_pointer (&bcc);

      bcc = g_strconcat (before, before[0] != '\0' ? ", " : "", g_ptr_array_index (missing, i), NULL);
      changed = TRUE;
    }

  if (changed)
    g_object_set (self, "to", to, "cc", cc, "bcc", bcc, NULL);

  return changed;
}

/**
 * valija_composition_dup_envelope:
 *
 * The sender, and the recipients of To, Cc and Bcc without duplicates, domains in ASCII.
 *
 * Returns: (transfer full) (nullable): the envelope, or NULL with VALIJA_ERROR_INVALID
 */
ValijaEnvelope *
valija_composition_dup_envelope (ValijaComposition  *self,
                                 GError            **error)
{
  g_autoptr(ValijaEnvelope) envelope = NULL;
  g_autofree char *sender = NULL;
  const char *fields[3];

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), NULL);

  if (self->from == NULL || !valija_address_is_valid (self->from->address))
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The message has no sender. Choose the account to send it from."));
      return NULL;
    }

  fields[0] = self->to;
  fields[1] = self->cc;
  fields[2] = self->bcc;
  sender = valija_composition_wire_address (self->from->address);
  envelope = valija_envelope_new (sender);
  envelope->delivery_receipt = self->delivery_receipt;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr(GPtrArray) list = valija_mime_parse_addresses (fields[i]);

      if (!valija_composition_add_recipients (envelope, list, error))
        return NULL;
    }

  if (envelope->recipients->len == 0)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("The message has no recipient. Enter an address under To, Cc or Bcc."));
      return NULL;
    }

  return g_steal_pointer (&envelope);
}

gboolean
valija_composition_check (ValijaComposition  *self,
                          GError            **error)
{
  g_autoptr(ValijaEnvelope) envelope = NULL;
  guint n;

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), FALSE);

  envelope = valija_composition_dup_envelope (self, error);
  if (envelope == NULL)
    return FALSE;

  n = g_list_model_get_n_items (G_LIST_MODEL (self->attachments));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(ValijaAttachment) attachment =
        g_list_model_get_item (G_LIST_MODEL (self->attachments), i);
      GFile *file = valija_attachment_get_file (attachment);

      if (file != NULL && !g_file_query_exists (file, NULL))
        {
          valija_error_set (error, VALIJA_ERROR_INVALID,
                            _("The attachment “%s” is no longer there. Take it out or attach it "
                              "again."),
                            valija_attachment_get_name (attachment));
          return FALSE;
        }
    }

  return TRUE;
}

/* Whether a word of @line begins with one of @beginnings, all case-folded. */
static gboolean
line_speaks_of (const char  *line,
                char       **beginnings)
{
  gboolean start = TRUE;

  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    {
      for (guint i = 0; start && beginnings[i] != NULL; i++)
        if (*beginnings[i] != '\0' && g_str_has_prefix (p, beginnings[i]))
          return TRUE;

      /* In scripts without blanks a word may begin anywhere */
      start = !g_unichar_isalnum (g_utf8_get_char (p)) || g_unichar_iswide (g_utf8_get_char (p));
    }

  return FALSE;
}

static gboolean
speaks_of (const char  *text,
           char       **beginnings)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *folded = NULL;

      if (strcmp (lines[i], "-- ") == 0)
        return FALSE;
      if (*lines[i] == '>')
        continue;
      folded = g_utf8_casefold (lines[i], -1);
      if (line_speaks_of (folded, beginnings))
        return TRUE;
    }

  return FALSE;
}

gboolean
valija_composition_forgot_attachment (ValijaComposition *self)
{
  static const char english[] = "attach enclos";
  g_autofree char *words = NULL;
  g_autofree char *folded = NULL;
  g_auto(GStrv) beginnings = NULL;
  guint n;

  g_return_val_if_fail (VALIJA_IS_COMPOSITION (self), FALSE);

  n = g_list_model_get_n_items (G_LIST_MODEL (self->attachments));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(ValijaAttachment) attachment =
        g_list_model_get_item (G_LIST_MODEL (self->attachments), i);

      if (valija_attachment_get_content_id (attachment) == NULL)
        return FALSE;
    }

  /* Translators: beginnings of words that announce an attachment in a letter, separated by blanks:
   * "attach" finds "attached" too */
  words = g_strjoin (" ", english, _("attach enclos"), NULL);
  folded = g_utf8_casefold (words, -1);
  beginnings = g_strsplit (folded, " ", -1);

  if (speaks_of (self->subject, beginnings) || speaks_of (self->text, beginnings))
    return TRUE;
  if (self->html != NULL && *self->text == '\0')
    {
      g_autofree char *text = valija_html_to_text (self->html);

      return speaks_of (text, beginnings);
    }

  return FALSE;
}
