/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html.h"

#include "mime/valija-html-url.h"

#include <string.h>

#define TEXT_LIMIT 4096
#define HOST_LIMIT 253

/* Ends of words with a dot in them that are names of files and not of hosts. Sorted. */
static const char *const file_ends[] = {
  "asp", "aspx", "avi", "bmp", "css", "csv", "doc", "docx", "eml", "exe", "gif", "gz", "htm",
  "html", "ics", "jpeg", "jpg", "js", "json", "mp3", "mp4", "odp", "ods", "odt", "pdf", "php",
  "png", "ppt", "pptx", "rtf", "svg", "tar", "txt", "vcf", "wav", "webp", "xls", "xlsx", "xml",
};

static int
compare_names (const void *a,
               const void *b)
{
  return strcmp (a, *(const char *const *) b);
}

/* What a reader takes for a dot: full-width, ideographic and small ones. */
static gboolean
is_dot (gunichar c)
{
  return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61 || c == 0xfe52;
}

static gboolean
is_host_character (gunichar c)
{
  return is_dot (c) || c == '-' ||
         (c < 0x80 ? g_ascii_isalnum (c) : g_unichar_isalnum (c) || g_unichar_ismark (c));
}

/* Whether @word could be a host: labels with dots between, the last one a name and not a number or
 * a file's kind. */
static gboolean
looks_like_host (const char *word,
                 gboolean    certain)
{
  const char *dot = strrchr (word, '.');

  if (dot == NULL || dot == word || strlen (word) > HOST_LIMIT || strstr (word, "..") != NULL)
    return FALSE;
  if (certain)
    return TRUE;
  if (strlen (dot + 1) < 2 || g_ascii_isdigit (dot[1]))
    return FALSE;

  return bsearch (dot + 1, file_ends, G_N_ELEMENTS (file_ends), sizeof *file_ends, compare_names) ==
         NULL;
}

static const char *
skip_www (const char *host)
{
  return g_str_has_prefix (host, "www.") ? host + 4 : host;
}

/* @host, or a part of what it owns. */
static gboolean
belongs_to (const char *target,
            const char *host)
{
  target = skip_www (target);
  host = skip_www (host);

  return strcmp (target, host) == 0 ||
         (strlen (target) > strlen (host) && g_str_has_suffix (target, host) &&
          target[strlen (target) - strlen (host) - 1] == '.');
}

/* The word at *@p made comparable, and *@p moved behind it. */
static char *
take_word (const char **p)
{
  g_autoptr(GString) word = g_string_new (NULL);
  g_autofree char *normal = NULL;
  g_autofree char *ascii = NULL;
  g_autofree char *lower = NULL;

  for (; **p != '\0' && is_host_character (g_utf8_get_char (*p)); *p = g_utf8_next_char (*p))
    {
      gunichar c = g_utf8_get_char (*p);

      g_string_append_unichar (word, is_dot (c) ? '.' : c);
    }
  while (word->len > 0 && (word->str[word->len - 1] == '.' || word->str[word->len - 1] == '-'))
    g_string_truncate (word, word->len - 1);

  normal = g_utf8_normalize (word->str, -1, G_NORMALIZE_NFKC);
  lower = g_utf8_strdown (normal != NULL ? normal : word->str, -1);
  ascii = strchr (lower, '.') != NULL ? g_hostname_to_ascii (lower) : NULL;

  return ascii != NULL ? g_ascii_strdown (ascii, -1) : g_steal_pointer (&lower);
}

static char *
drop_invisible (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, strnlen (text, TEXT_LIMIT));
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_type (c) != G_UNICODE_FORMAT &&
          (!g_unichar_iscntrl (c) || c == '\n' || c == '\t'))
        g_string_append_unichar (out, c);
    }

  return g_string_free (out, FALSE);
}

/**
 * valija_html_link_deceives:
 * @text: what a link shows
 * @uri: where it goes
 *
 * Looks for hosts in @text. Every one of them has to be the target's, or one that the target's
 * belongs to: that a browser would ignore
 * what stands in front of an "@" is just what a reader does not see.
 *
 * Returns: whether a reader would expect to come out elsewhere
 */
gboolean
valija_html_link_deceives (const char *text,
                           const char *uri)
{
  g_autofree char *target = NULL;
  g_autofree char *plain = NULL;
  gunichar before = 0;
  gboolean in_path = FALSE;

  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (uri != NULL, FALSE);

  target = valija_html_url_dup_host (uri);
  plain = drop_invisible (text);

  for (const char *p = plain; *p != '\0';)
    {
      gunichar c = g_utf8_get_char (p);

      if (is_host_character (c))
        {
          gboolean after_scheme = p - plain >= 3 && strncmp (p - 3, "://", 3) == 0;
          g_autofree char *word = take_word (&p);

          if (!in_path && looks_like_host (word, after_scheme || g_str_has_prefix (word, "www.")) &&
              (target == NULL || !belongs_to (target, word)))
            return TRUE;
          before = 'a';
          continue;
        }

      /* What follows a slash, a question mark or a number sign names things on the host */
      if (g_unichar_isspace (c))
        in_path = FALSE;
      else if ((c == '/' || c == '?' || c == '#' || c == '=') && before == 'a')
        in_path = TRUE;
      before = c;
      p = g_utf8_next_char (p);
    }

  return FALSE;
}
