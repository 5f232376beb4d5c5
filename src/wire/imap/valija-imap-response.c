/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-response-private.h"

#include <string.h>

/* A response that needed more gives its memory back afterwards */
#define KEPT_OCTETS (256 * 1024)
#define KEPT_NODES  16384

typedef struct
{
  const char *word;
  int value;
} Word;

static const Word kinds[] = {
  { "OK", VALIJA_IMAP_RESPONSE_OK },
  { "FETCH", VALIJA_IMAP_RESPONSE_FETCH },
  { "NO", VALIJA_IMAP_RESPONSE_NO },
  { "BAD", VALIJA_IMAP_RESPONSE_BAD },
  { "BYE", VALIJA_IMAP_RESPONSE_BYE },
  { "PREAUTH", VALIJA_IMAP_RESPONSE_PREAUTH },
  { "CAPABILITY", VALIJA_IMAP_RESPONSE_CAPABILITY },
  { "ENABLED", VALIJA_IMAP_RESPONSE_ENABLED },
  { "ESEARCH", VALIJA_IMAP_RESPONSE_ESEARCH },
  { "EXISTS", VALIJA_IMAP_RESPONSE_EXISTS },
  { "EXPUNGE", VALIJA_IMAP_RESPONSE_EXPUNGE },
  { "RECENT", VALIJA_IMAP_RESPONSE_RECENT },
  { "FLAGS", VALIJA_IMAP_RESPONSE_FLAGS },
  { "ID", VALIJA_IMAP_RESPONSE_ID },
  { "LIST", VALIJA_IMAP_RESPONSE_LIST },
  { "LSUB", VALIJA_IMAP_RESPONSE_LSUB },
  { "NAMESPACE", VALIJA_IMAP_RESPONSE_NAMESPACE },
  { "QUOTA", VALIJA_IMAP_RESPONSE_QUOTA },
  { "QUOTAROOT", VALIJA_IMAP_RESPONSE_QUOTAROOT },
  { "SEARCH", VALIJA_IMAP_RESPONSE_SEARCH },
  { "STATUS", VALIJA_IMAP_RESPONSE_STATUS },
  { "VANISHED", VALIJA_IMAP_RESPONSE_VANISHED },
};

static const Word codes[] = {
  { "ALERT", VALIJA_IMAP_CODE_ALERT },
  { "ALREADYEXISTS", VALIJA_IMAP_CODE_ALREADYEXISTS },
  { "APPENDUID", VALIJA_IMAP_CODE_APPENDUID },
  { "AUTHENTICATIONFAILED", VALIJA_IMAP_CODE_AUTHENTICATIONFAILED },
  { "AUTHORIZATIONFAILED", VALIJA_IMAP_CODE_AUTHORIZATIONFAILED },
  { "BADCHARSET", VALIJA_IMAP_CODE_BADCHARSET },
  { "CANNOT", VALIJA_IMAP_CODE_CANNOT },
  { "CAPABILITY", VALIJA_IMAP_CODE_CAPABILITY },
  { "CLIENTBUG", VALIJA_IMAP_CODE_CLIENTBUG },
  { "CLOSED", VALIJA_IMAP_CODE_CLOSED },
  { "CONTACTADMIN", VALIJA_IMAP_CODE_CONTACTADMIN },
  { "COPYUID", VALIJA_IMAP_CODE_COPYUID },
  { "CORRUPTION", VALIJA_IMAP_CODE_CORRUPTION },
  { "EXPIRED", VALIJA_IMAP_CODE_EXPIRED },
  { "EXPUNGEISSUED", VALIJA_IMAP_CODE_EXPUNGEISSUED },
  { "HIGHESTMODSEQ", VALIJA_IMAP_CODE_HIGHESTMODSEQ },
  { "INUSE", VALIJA_IMAP_CODE_INUSE },
  { "LIMIT", VALIJA_IMAP_CODE_LIMIT },
  { "MAILBOXID", VALIJA_IMAP_CODE_MAILBOXID },
  { "MODIFIED", VALIJA_IMAP_CODE_MODIFIED },
  { "NOMODSEQ", VALIJA_IMAP_CODE_NOMODSEQ },
  { "NONEXISTENT", VALIJA_IMAP_CODE_NONEXISTENT },
  { "NOPERM", VALIJA_IMAP_CODE_NOPERM },
  { "NOTIFICATIONOVERFLOW", VALIJA_IMAP_CODE_NOTIFICATIONOVERFLOW },
  { "OVERQUOTA", VALIJA_IMAP_CODE_OVERQUOTA },
  { "PARSE", VALIJA_IMAP_CODE_PARSE },
  { "PERMANENTFLAGS", VALIJA_IMAP_CODE_PERMANENTFLAGS },
  { "PRIVACYREQUIRED", VALIJA_IMAP_CODE_PRIVACYREQUIRED },
  { "READ-ONLY", VALIJA_IMAP_CODE_READ_ONLY },
  { "READ-WRITE", VALIJA_IMAP_CODE_READ_WRITE },
  { "SERVERBUG", VALIJA_IMAP_CODE_SERVERBUG },
  { "TOOBIG", VALIJA_IMAP_CODE_TOOBIG },
  { "TRYCREATE", VALIJA_IMAP_CODE_TRYCREATE },
  { "UIDNEXT", VALIJA_IMAP_CODE_UIDNEXT },
  { "UIDNOTSTICKY", VALIJA_IMAP_CODE_UIDNOTSTICKY },
  { "UIDVALIDITY", VALIJA_IMAP_CODE_UIDVALIDITY },
  { "UNAVAILABLE", VALIJA_IMAP_CODE_UNAVAILABLE },
  { "UNSEEN", VALIJA_IMAP_CODE_UNSEEN },
};

static const ValijaImapNode *
get_node (ValijaImapValue value)
{
  if (value.response == NULL || value.index >= value.response->nodes->len)
    return NULL;

  return &g_array_index (value.response->nodes, ValijaImapNode, value.index);
}

static int
find_word (const Word *words,
           gsize       n_words,
           const char *word,
           int         fallback)
{
  for (gsize i = 0; i < n_words; i++)
    if (g_ascii_strcasecmp (words[i].word, word) == 0)
      return words[i].value;

  return fallback;
}

ValijaImapResponseKind
valija_imap_response_kind_from_word (const char *word)
{
  return find_word (kinds, G_N_ELEMENTS (kinds), word, VALIJA_IMAP_RESPONSE_OTHER);
}

ValijaImapCode
valija_imap_code_from_word (const char *word)
{
  return find_word (codes, G_N_ELEMENTS (codes), word, VALIJA_IMAP_CODE_OTHER);
}

static void
clear_bytes (gpointer bytes)
{
  if (bytes != NULL)
    g_bytes_unref (bytes);
}

ValijaImapResponse *
valija_imap_response_new (void)
{
  ValijaImapResponse *self = g_new0 (ValijaImapResponse, 1);

  self->octets = g_byte_array_new ();
  self->nodes = g_array_new (FALSE, FALSE, sizeof (ValijaImapNode));
  self->streams = g_ptr_array_new_with_free_func (clear_bytes);
  valija_imap_response_reset (self);

  return self;
}

void
valija_imap_response_free (ValijaImapResponse *self)
{
  g_byte_array_unref (self->octets);
  g_array_unref (self->nodes);
  g_ptr_array_unref (self->streams);
  g_free (self);
}

void
valija_imap_response_reset (ValijaImapResponse *self)
{
  if (self->octets->len > KEPT_OCTETS)
    {
      g_byte_array_unref (self->octets);
      self->octets = g_byte_array_new ();
    }
  if (self->nodes->len > KEPT_NODES)
    {
      g_array_unref (self->nodes);
      self->nodes = g_array_new (FALSE, FALSE, sizeof (ValijaImapNode));
    }

  g_byte_array_set_size (self->octets, 0);
  g_array_set_size (self->nodes, 0);
  if (self->streams->len > 0)
    g_ptr_array_set_size (self->streams, 0);
  self->kind = VALIJA_IMAP_RESPONSE_OTHER;
  self->code = VALIJA_IMAP_CODE_NONE;
  self->tagged = FALSE;
  self->number = 0;
  self->first = 0;
  self->code_first = G_MAXUINT;
  self->text = G_MAXSIZE;
}

void
valija_imap_response_add (ValijaImapResponse *self,
                          ValijaImapValueKind kind,
                          gsize               length)
{
  ValijaImapNode node = {
    .offset = self->octets->len - length,
    .length = length,
    .next = self->nodes->len + 1,
    .kind = kind,
  };

  g_byte_array_append (self->octets, (const guint8 *) "", 1);
  g_array_append_val (self->nodes, node);
}

ValijaImapResponseKind
valija_imap_response_get_kind (const ValijaImapResponse *self)
{
  return self->kind;
}

gboolean
valija_imap_response_is_status (const ValijaImapResponse *self)
{
  return self->kind >= VALIJA_IMAP_RESPONSE_OK && self->kind <= VALIJA_IMAP_RESPONSE_PREAUTH;
}

const char *
valija_imap_response_get_tag (const ValijaImapResponse *self)
{
  return self->tagged ? valija_imap_value_get_string ((ValijaImapValue) { self, 0 }, NULL) : NULL;
}

guint32
valija_imap_response_get_number (const ValijaImapResponse *self)
{
  return self->number;
}

const char *
valija_imap_response_get_text (const ValijaImapResponse *self)
{
  return self->text < self->octets->len ? (const char *) self->octets->data + self->text : "";
}

ValijaImapCode
valija_imap_response_get_code (const ValijaImapResponse *self)
{
  return self->code;
}

ValijaImapIter
valija_imap_response_iter_code (const ValijaImapResponse *self)
{
  return (ValijaImapIter) { self, MIN (self->code_first, self->nodes->len), self->nodes->len };
}

ValijaImapIter
valija_imap_response_iter (const ValijaImapResponse *self)
{
  /* The code's word and arguments are behind the values */
  guint end = self->code_first <= self->nodes->len ? self->code_first - 1 : self->nodes->len;

  return (ValijaImapIter) { self, MIN (self->first, end), end };
}

void
valija_imap_response_take_stream (ValijaImapResponse *self,
                                  guint               stream,
                                  GBytes             *bytes)
{
  if (self->streams->len <= stream)
    g_ptr_array_set_size (self->streams, stream + 1);

  g_clear_pointer (&g_ptr_array_index (self->streams, stream), g_bytes_unref);
  g_ptr_array_index (self->streams, stream) = bytes;
}

gboolean
valija_imap_iter_next (ValijaImapIter  *self,
                       ValijaImapValue *value)
{
  if (self->next >= self->end)
    {
      *value = (ValijaImapValue) { NULL, 0 };
      return FALSE;
    }

  *value = (ValijaImapValue) { self->response, self->next };
  self->next = get_node (*value)->next;

  return TRUE;
}

void
valija_imap_iter_take (ValijaImapIter  *self,
                       ValijaImapValue *values,
                       guint            n_values)
{
  for (guint i = 0; i < n_values; i++)
    valija_imap_iter_next (self, &values[i]);
}

ValijaImapValueKind
valija_imap_value_get_kind (ValijaImapValue self)
{
  const ValijaImapNode *node = get_node (self);

  return node != NULL ? node->kind : VALIJA_IMAP_VALUE_NONE;
}

gboolean
valija_imap_value_is_nil (ValijaImapValue self)
{
  return valija_imap_value_is_atom (self, "NIL");
}

gboolean
valija_imap_value_is_list (ValijaImapValue self)
{
  return valija_imap_value_get_kind (self) == VALIJA_IMAP_VALUE_LIST;
}

gboolean
valija_imap_value_is_atom (ValijaImapValue self,
                           const char     *atom)
{
  const ValijaImapNode *node = get_node (self);

  return node != NULL && node->kind == VALIJA_IMAP_VALUE_ATOM &&
         g_ascii_strcasecmp ((const char *) self.response->octets->data + node->offset, atom) == 0;
}

const char *
valija_imap_value_get_string (ValijaImapValue self,
                              gsize          *length)
{
  const ValijaImapNode *node = get_node (self);

  if (node == NULL || node->kind == VALIJA_IMAP_VALUE_LIST || node->kind == VALIJA_IMAP_VALUE_STREAM ||
      valija_imap_value_is_nil (self))
    return NULL;

  if (length != NULL)
    *length = node->length;

  return (const char *) self.response->octets->data + node->offset;
}

gboolean
valija_imap_value_get_number (ValijaImapValue self,
                              guint64         limit,
                              guint64        *number)
{
  const char *string = NULL;

  if (valija_imap_value_get_kind (self) == VALIJA_IMAP_VALUE_ATOM)
    string = valija_imap_value_get_string (self, NULL);

  return string != NULL && g_ascii_string_to_unsigned (string, 10, 0, limit, number, NULL);
}

ValijaImapIter
valija_imap_value_iter (ValijaImapValue self)
{
  const ValijaImapNode *node = get_node (self);

  if (node == NULL || node->kind != VALIJA_IMAP_VALUE_LIST)
    return (ValijaImapIter) { NULL, 0, 0 };

  return (ValijaImapIter) { self.response, self.index + 1, node->next };
}

GBytes *
valija_imap_value_dup_bytes (ValijaImapValue self)
{
  const ValijaImapNode *node = get_node (self);
  const char *string;
  gsize length;

  if (node != NULL && node->kind == VALIJA_IMAP_VALUE_STREAM)
    {
      GPtrArray *streams = self.response->streams;

      if (node->offset >= streams->len || g_ptr_array_index (streams, node->offset) == NULL)
        return NULL;
      return g_bytes_ref (g_ptr_array_index (streams, node->offset));
    }

  string = valija_imap_value_get_string (self, &length);

  return string != NULL ? g_bytes_new (string, length) : NULL;
}
