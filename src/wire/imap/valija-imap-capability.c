/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-capability.h"

#include "wire/imap/valija-imap-quirks.h"

#include <string.h>

/* More words than that nobody has */
#define WORDS_LIMIT 500

/* RFC 9051 Appendix E: extensions that are part of IMAP4rev2. SPECIAL-USE and LIST-EXTENDED as far as we ask for
 * them; of BINARY only fetching is, and so it stands for filing alone. */
#define REV2_BUNDLE                                                                                                    \
  (VALIJA_IMAP_CAPABILITY_SASL_IR | VALIJA_IMAP_CAPABILITY_LITERAL_MINUS | VALIJA_IMAP_CAPABILITY_ENABLE |             \
   VALIJA_IMAP_CAPABILITY_NAMESPACE | VALIJA_IMAP_CAPABILITY_LIST_EXTENDED | VALIJA_IMAP_CAPABILITY_LIST_STATUS |      \
   VALIJA_IMAP_CAPABILITY_SPECIAL_USE | VALIJA_IMAP_CAPABILITY_UIDPLUS | VALIJA_IMAP_CAPABILITY_MOVE |                 \
   VALIJA_IMAP_CAPABILITY_ESEARCH | VALIJA_IMAP_CAPABILITY_IDLE | VALIJA_IMAP_CAPABILITY_UNSELECT |      \
   VALIJA_IMAP_CAPABILITY_STATUS_SIZE)

static const struct
{
  const char *word;
  ValijaImapCapabilities capabilities;
} words_known[] = {
  { "IMAP4", VALIJA_IMAP_CAPABILITY_IMAP4REV1 },
  { "IMAP4rev1", VALIJA_IMAP_CAPABILITY_IMAP4REV1 },
  { "IMAP4rev2", VALIJA_IMAP_CAPABILITY_IMAP4REV2 | REV2_BUNDLE },
  { "STARTTLS", VALIJA_IMAP_CAPABILITY_STARTTLS },
  { "LOGINDISABLED", VALIJA_IMAP_CAPABILITY_LOGINDISABLED },
  { "SASL-IR", VALIJA_IMAP_CAPABILITY_SASL_IR },
  { "LITERAL+", VALIJA_IMAP_CAPABILITY_LITERAL_PLUS },
  { "LITERAL-", VALIJA_IMAP_CAPABILITY_LITERAL_MINUS },
  { "ID", VALIJA_IMAP_CAPABILITY_ID },
  { "ENABLE", VALIJA_IMAP_CAPABILITY_ENABLE },
  { "CONDSTORE", VALIJA_IMAP_CAPABILITY_CONDSTORE },
  { "QRESYNC", VALIJA_IMAP_CAPABILITY_QRESYNC | VALIJA_IMAP_CAPABILITY_CONDSTORE | VALIJA_IMAP_CAPABILITY_ENABLE },
  { "UTF8=ACCEPT", VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT | VALIJA_IMAP_CAPABILITY_ENABLE },
  { "UTF8=ONLY", VALIJA_IMAP_CAPABILITY_UTF8_ACCEPT | VALIJA_IMAP_CAPABILITY_ENABLE },
  { "COMPRESS=DEFLATE", VALIJA_IMAP_CAPABILITY_COMPRESS_DEFLATE },
  { "NAMESPACE", VALIJA_IMAP_CAPABILITY_NAMESPACE },
  { "LIST-EXTENDED", VALIJA_IMAP_CAPABILITY_LIST_EXTENDED },
  { "LIST-STATUS", VALIJA_IMAP_CAPABILITY_LIST_STATUS },
  { "SPECIAL-USE", VALIJA_IMAP_CAPABILITY_SPECIAL_USE },
  { "UIDPLUS", VALIJA_IMAP_CAPABILITY_UIDPLUS },
  { "MOVE", VALIJA_IMAP_CAPABILITY_MOVE },
  { "MULTIAPPEND", VALIJA_IMAP_CAPABILITY_MULTIAPPEND },
  { "ESEARCH", VALIJA_IMAP_CAPABILITY_ESEARCH },
  { "IDLE", VALIJA_IMAP_CAPABILITY_IDLE },
  { "BINARY", VALIJA_IMAP_CAPABILITY_BINARY },
  { "PREVIEW", VALIJA_IMAP_CAPABILITY_PREVIEW },
  { "OBJECTID", VALIJA_IMAP_CAPABILITY_OBJECTID },
  { "QUOTA", VALIJA_IMAP_CAPABILITY_QUOTA },
  { "UNSELECT", VALIJA_IMAP_CAPABILITY_UNSELECT },
  { "X-GM-EXT-1", VALIJA_IMAP_CAPABILITY_GMAIL },
  { "NOTIFY", VALIJA_IMAP_CAPABILITY_NOTIFY },
  { "STATUS=SIZE", VALIJA_IMAP_CAPABILITY_STATUS_SIZE },
  { "CREATE-SPECIAL-USE", VALIJA_IMAP_CAPABILITY_CREATE_SPECIAL_USE },
};

ValijaImapCapabilities
valija_imap_capabilities_parse (ValijaImapIter iter,
                                char        ***mechanisms,
                                char        ***words)
{
  g_autoptr(GStrvBuilder) auth = g_strv_builder_new ();
  g_autoptr(GStrvBuilder) all = g_strv_builder_new ();
  g_auto(GStrv) list = NULL;
  ValijaImapCapabilities capabilities = 0;
  ValijaImapValue value;
  guint n = 0;

  while (n++ < WORDS_LIMIT && valija_imap_iter_next (&iter, &value))
    {
      const char *word = valija_imap_value_get_string (value, NULL);

      if (word == NULL || !g_str_is_ascii (word))
        continue;

      g_strv_builder_add (all, word);
      if (g_ascii_strncasecmp (word, "AUTH=", 5) == 0)
        g_strv_builder_add (auth, word + 5);

      for (gsize i = 0; i < G_N_ELEMENTS (words_known); i++)
        if (g_ascii_strcasecmp (word, words_known[i].word) == 0)
          capabilities |= words_known[i].capabilities;
    }

  if (mechanisms != NULL)
    *mechanisms = g_strv_builder_end (auth);

  list = g_strv_builder_end (all);
  capabilities &= ~valija_imap_quirks_get_untrue ((const char * const *) list);
  if (words != NULL)
    *words = g_steal_pointer (&list);

  return capabilities;
}

guint64
valija_imap_capabilities_get_append_limit (const char * const *words)
{
  static const char prefix[] = "APPENDLIMIT=";
  guint64 limit;

  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    if (g_ascii_strncasecmp (words[i], prefix, strlen (prefix)) == 0 &&
        g_ascii_string_to_unsigned (words[i] + strlen (prefix), 10, 0, G_MAXINT64, &limit, NULL))
      return limit;

  return 0;
}

gboolean
valija_imap_capabilities_limit_folders (const char * const *words)
{
  for (gsize i = 0; words != NULL && words[i] != NULL; i++)
    if (g_ascii_strcasecmp (words[i], "APPENDLIMIT") == 0)
      return TRUE;

  return FALSE;
}
