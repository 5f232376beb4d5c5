/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "store/valija-store-tokenizer.h"

#include <string.h>

/* What is longer is no word but a key, a hash or a link; its beginning is enough to find it by. */
#define MAX_WORD_BYTES 64

typedef int (*TokenFunc) (void *data, int flags, const char *token, int n_token, int start, int end);

/* unicode61, which does the words proper */
typedef struct
{
  fts5_tokenizer methods;
  void *user_data;
} Inner;

typedef struct
{
  const Inner *inner;
  Fts5Tokenizer *words;
} Tokenizer;

typedef struct
{
  TokenFunc func;
  void *data;
  int offset;               /* of the piece within the text */
} Piece;

/* Letters whose diacritic unicode61 leaves on them, since it is none to Unicode or the script is
 * not Latin, in the form in which most people type them. */
static const struct
{
  gunichar letter;
  const char *plain;
} plain_letters[] = {
  { 0x00df, "ss" },
  { 0x00e6, "ae" },
  { 0x00f0, "d" },
  { 0x00f8, "o" },
  { 0x00fe, "th" },
  { 0x0111, "d" },
  { 0x0127, "h" },
  { 0x0131, "i" },
  { 0x0142, "l" },
  { 0x0153, "oe" },
  { 0x0167, "t" },
  { 0x03ac, "α" },
  { 0x03ad, "ε" },
  { 0x03ae, "η" },
  { 0x03af, "ι" },
  { 0x03c2, "σ" },
  { 0x03ca, "ι" },
  { 0x03cb, "υ" },
  { 0x03cc, "ο" },
  { 0x03cd, "υ" },
  { 0x03ce, "ω" },
  { 0x0451, "е" },
};

/* Scripts that write words without spaces, or (Hangul) glue endings to them. */
static const struct
{
  gunichar first;
  gunichar last;
} unspaced[] = {
  { 0x0e00, 0x0eff },       /* Thai, Lao */
  { 0x1000, 0x109f },       /* Myanmar */
  { 0x1100, 0x11ff },       /* Hangul Jamo */
  { 0x1780, 0x17ff },       /* Khmer */
  { 0x3005, 0x3007 },       /* 々 〆 〇 */
  { 0x3040, 0x30ff },       /* Hiragana, Katakana */
  { 0x3100, 0x312f },       /* Bopomofo */
  { 0x31a0, 0x31ff },
  { 0x3400, 0x4dbf },       /* Han */
  { 0x4e00, 0x9fff },
  { 0xac00, 0xd7af },       /* Hangul */
  { 0xf900, 0xfaff },
  { 0xff66, 0xff9f },       /* Katakana of half width */
  { 0x20000, 0x3ffff },
};

static gboolean
is_unspaced (gunichar c)
{
  for (guint i = 0; i < G_N_ELEMENTS (unspaced) && c >= unspaced[i].first; i++)
    {
      if (c <= unspaced[i].last)
        return g_unichar_isalnum (c) || g_unichar_ismark (c);
    }

  return FALSE;
}

/* Macs write names decomposed: Hangul in Jamo, kana with the voicing mark apart. */
static gboolean
is_decomposed (gunichar c)
{
  return (c >= 0x1100 && c <= 0x11ff) || c == 0x3099 || c == 0x309a;
}

static const char *
find_plain (gunichar c)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain_letters); i++)
    {
      if (plain_letters[i].letter == c)
        return plain_letters[i].plain;
    }

  return NULL;
}

/* Appends as much of @text as fits, whole characters only. */
static gsize
append_plain (char       *word,
              gsize       length,
              const char *text,
              gsize       n_text)
{
  if (length + n_text > MAX_WORD_BYTES)
    return MAX_WORD_BYTES + 1;

  memcpy (word + length, text, n_text);

  return length + n_text;
}

static int
word_cb (void       *data,
         int         flags,
         const char *token,
         int         n_token,
         int         start,
         int         end)
{
  Piece *piece = data;
  char word[MAX_WORD_BYTES + 1];
  gsize length = 0;

  for (const char *p = token; p < token + n_token;)
    {
      const char *plain = (guchar) *p >= 0x80 ? find_plain (g_utf8_get_char (p)) : NULL;
      gsize n_bytes = MIN ((gsize) g_utf8_skip[(guchar) *p], (gsize) (token + n_token - p));
      gsize grown;

      grown = plain != NULL
        ? append_plain (word, length, plain, strlen (plain))
        : append_plain (word, length, p, n_bytes);
      if (grown > MAX_WORD_BYTES)
        break;

      length = grown;
      p += n_bytes;
    }

  return piece->func (piece->data, flags, word, length, piece->offset + start, piece->offset + end);
}

/* Letters and digits of ASCII as unicode61 folds them; 0: no part of a word. */
static const char folded[256] = {
  ['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
  ['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
  'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
  ['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
  'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
};

static int
give_ascii (Piece      *piece,
            const char *text,
            int         from,
            int         end,
            gboolean    small)
{
  int length = MIN (end - from, MAX_WORD_BYTES);
  char word[MAX_WORD_BYTES];

  if (small)
    return piece->func (piece->data, 0, text + from, length, from, end);

  for (int i = 0; i < length; i++)
    word[i] = folded[(guchar) text[from + i]];

  return piece->func (piece->data, 0, word, length, from, end);
}

/* Behind what may belong to the word that goes on at @i beyond ASCII. */
static int
find_word_end (const char *text,
               int         i,
               int         end)
{
  while (i < end && ((guchar) text[i] >= 0x80 || folded[(guchar) text[i]] != 0))
    i++;

  return i;
}

/* Words of ASCII, which most are, need no look at the tables of Unicode. */
static int
tokenize_words (Tokenizer  *self,
                Piece      *piece,
                int         flags,
                const char *text,
                int         start,
                int         end)
{
  int result = SQLITE_OK;

  for (int i = start; i < end && result == SQLITE_OK;)
    {
      int from = i;
      guchar changed = 0;

      for (; i < end && folded[(guchar) text[i]] != 0; i++)
        changed |= (guchar) text[i] ^ (guchar) folded[(guchar) text[i]];

      if (i < end && (guchar) text[i] >= 0x80)
        {
          i = find_word_end (text, i, end);
          piece->offset = from;
          result = self->inner->methods.xTokenize (self->words, piece, flags, text + from, i - from, word_cb);
        }
      else if (i > from)
        result = give_ascii (piece, text, from, i, changed == 0);
      else
        i++;
    }

  return result;
}

/* Where the next character of three bytes or more may begin, from @i on: nothing shorter is unspaced or decomposed.
 * Most of a text is passed over eight bytes at a time. */
static int
skip_short (const char *text,
            int         i,
            int         length)
{
  guint64 eight;

  while (i < length && (guchar) text[i] < 0xe0)
    {
      if (i + (int) sizeof eight > length)
        {
          i++;
          continue;
        }

      memcpy (&eight, text + i, sizeof eight);
      i += (eight & G_GUINT64_CONSTANT (0x8080808080808080)) == 0 ? (int) sizeof eight : 1;
    }

  return i;
}

static int
tokenize_text (Tokenizer  *self,
               int         flags,
               const char *text,
               int         length,
               Piece      *piece)
{
  int result = SQLITE_OK;
  int from = 0;

  for (int i = skip_short (text, 0, length); i < length && result == SQLITE_OK; i = skip_short (text, i, length))
    {
      gunichar c;
      int n_bytes;

      c = g_utf8_get_char_validated (text + i, length - i);
      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          i++;
          continue;
        }

      n_bytes = g_utf8_skip[(guchar) text[i]];
      if (is_unspaced (c))
        {
          result = tokenize_words (self, piece, flags, text, from, i);
          if (result == SQLITE_OK)
            result = piece->func (piece->data, 0, text + i, n_bytes, i, i + n_bytes);
          from = i + n_bytes;
        }
      i += n_bytes;
    }

  return result == SQLITE_OK ? tokenize_words (self, piece, flags, text, from, length) : result;
}

static char *
compose (const char *text,
         int         length)
{
  for (int i = skip_short (text, 0, length); i < length; i = skip_short (text, i + 1, length))
    {
      gunichar c;

      if ((guchar) text[i] != 0xe1 && (guchar) text[i] != 0xe3)
        continue;

      c = g_utf8_get_char_validated (text + i, length - i);
      if (c != (gunichar) -1 && c != (gunichar) -2 && is_decomposed (c))
        return g_utf8_normalize (text, length, G_NORMALIZE_NFC);
    }

  return NULL;
}

static int
tokenizer_tokenize (Fts5Tokenizer *tokenizer,
                    void          *data,
                    int            flags,
                    const char    *text,
                    int            length,
                    TokenFunc      func)
{
  Tokenizer *self = (Tokenizer *) tokenizer;
  Piece piece = { func, data, 0 };
  g_autofree char *composed = NULL;

  if (text == NULL)
    return SQLITE_OK;

  if (skip_short (text, 0, length) == length)
    return tokenize_words (self, &piece, flags, text, 0, length);

  composed = compose (text, length);
  if (composed != NULL)
    return tokenize_text (self, flags, composed, strlen (composed), &piece);

  return tokenize_text (self, flags, text, length, &piece);
}

static int
tokenizer_create (void           *user_data,
                  const char    **args,
                  int             n_args,
                  Fts5Tokenizer **out)
{
  static const char *words_args[] = { "remove_diacritics", "2" };
  const Inner *inner = user_data;
  Tokenizer *self = g_new0 (Tokenizer, 1);
  int result;

  self->inner = inner;
  result = inner->methods.xCreate (inner->user_data, words_args, G_N_ELEMENTS (words_args), &self->words);
  if (result != SQLITE_OK)
    {
      g_free (self);
      return result;
    }

  *out = (Fts5Tokenizer *) self;

  return SQLITE_OK;
}

static void
tokenizer_delete (Fts5Tokenizer *tokenizer)
{
  Tokenizer *self = (Tokenizer *) tokenizer;

  self->inner->methods.xDelete (self->words);
  g_free (self);
}

static fts5_api *
find_api (sqlite3 *handle)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (handle, "SELECT fts5(?1)", -1, &statement, NULL) != SQLITE_OK)
    return NULL;

  sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
  sqlite3_step (statement);
  sqlite3_finalize (statement);

  return api;
}

int
valija_store_tokenizer_register (sqlite3 *handle)
{
  fts5_tokenizer methods = { tokenizer_create, tokenizer_delete, tokenizer_tokenize };
  g_autofree Inner *inner = g_new0 (Inner, 1);
  fts5_api *api = find_api (handle);
  int result;

  if (api == NULL)
    return SQLITE_ERROR;

  result = api->xFindTokenizer (api, "unicode61", &inner->user_data, &inner->methods);
  if (result != SQLITE_OK)
    return result;

  result = api->xCreateTokenizer (api, "valija", inner, &methods, g_free);
  if (result == SQLITE_OK)
    inner = NULL;

  return result;
}

gboolean
valija_store_tokenizer_has_words (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isalnum (c) || is_unspaced (c))
        return TRUE;
    }

  return FALSE;
}

static int
append_word_cb (void       *data,
                int         flags,
                const char *token,
                int         n_token,
                int         start,
                int         end)
{
  g_string_append_len (data, token, n_token);
  g_string_append_c (data, ' ');

  return SQLITE_OK;
}

/* The words with one space around each. */
static GString *
join_words (sqlite3    *handle,
            const char *text)
{
  GString *words = g_string_new (" ");
  fts5_api *api = find_api (handle);
  Fts5Tokenizer *tokenizer = NULL;
  fts5_tokenizer methods;
  void *user_data;

  if (api == NULL || api->xFindTokenizer (api, "valija", &user_data, &methods) != SQLITE_OK ||
      methods.xCreate (user_data, NULL, 0, &tokenizer) != SQLITE_OK)
    return words;

  methods.xTokenize (tokenizer, words, FTS5_TOKENIZE_QUERY, text, strlen (text), append_word_cb);
  methods.xDelete (tokenizer);

  return words;
}

char *
valija_store_tokenizer_dup_only_word (sqlite3    *handle,
                                      const char *text)
{
  g_autoptr(GString) words = join_words (handle, text);

  /* One space around each */
  if (words->len < 3 || strchr (words->str + 1, ' ') != words->str + words->len - 1)
    return NULL;

  return g_strndup (words->str + 1, words->len - 2);
}

gboolean
valija_store_tokenizer_contains (sqlite3    *handle,
                                 const char *text,
                                 const char *phrase,
                                 gboolean    beginning)
{
  g_autoptr(GString) words = join_words (handle, text);
  g_autoptr(GString) wanted = join_words (handle, phrase);

  if (beginning && wanted->len > 1)
    g_string_truncate (wanted, wanted->len - 1);

  return wanted->len > 1 && strstr (words->str, wanted->str) != NULL;
}
