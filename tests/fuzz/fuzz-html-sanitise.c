/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"
#include "mime/valija-html-private.h"

#include <string.h>

/* The sanitised document is so regular that it can be read without a parser: outside tags no "<",
 * within them only attributes in double quotes. Looks for what must not be there. */
static void
check_tag (const char *tag,
           gsize       length)
{
  g_autofree char *text = g_strndup (tag, length);
  static const char * const forbidden[] = {
    "<script", "<iframe", "<object", "<embed", "<svg", "<math", "<form", "<input", "<link",
      "<base", "<video", "<audio", "<template",
    "<title", "<textarea", "<select", "<noscript", "<frame", "<portal", "<area",
  };
  static const char * const schemes[] = { "https://", "http://", "mailto:", "cid:", "data:image/", "#" };

  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    g_assert_false (g_str_has_prefix (text, forbidden[i]));

  for (const char *p = strchr (text, ' '); p != NULL && *p == ' ';)
    {
      const char *equals = strchr (p, '=');
      const char *close;
      gboolean known = FALSE;

      g_assert_nonnull (equals);
      g_assert_cmpint (equals[1], ==, '"');
      close = strchr (equals + 2, '"');
      g_assert_nonnull (close);
      g_assert_false (g_ascii_strncasecmp (p + 1, "on", 2) == 0);
      for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
        known |= g_str_has_prefix (equals + 2, schemes[i]);
      if (g_str_has_prefix (p, " href=") || g_str_has_prefix (p, " src="))
        g_assert_true (known);
      p = close + 1;
    }
}

static void
check (const char       *html,
       ValijaHtmlPolicy  policy)
{
  g_autofree char *safe = valija_html_sanitise (html, policy, NULL);
  g_autofree char *again = valija_html_sanitise (safe, policy, NULL);
  const char *body = strstr (safe, "<body>");

  g_assert_true (g_utf8_validate (safe, -1, NULL));
  g_assert_true (g_str_has_suffix (safe, "</body></html>"));
  g_assert_nonnull (again);
  g_assert_nonnull (body);

  for (const char *p = strchr (body, '<'); p != NULL; p = strchr (p + 1, '<'))
    {
      gsize length = strcspn (p, ">");

      g_assert_cmpint (p[length], ==, '>');
      g_assert_true (g_ascii_isalpha (p[1]) || p[1] == '/');
      check_tag (p, length);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *html = g_strndup (size > 0 ? (const char *) data : "", size);
  g_autofree char *text = valija_html_to_text (html);
  g_autofree char *from = valija_html_fragment_from_text (html);
  const char *half = html + strlen (html) / 2;
  g_autofree char *shown = g_strndup (html, half - html);

  check (html, VALIJA_HTML_LOCAL_ONLY);
  check (html, VALIJA_HTML_REMOTE_IMAGES);
  check (from, VALIJA_HTML_LOCAL_ONLY);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  valija_html_link_deceives (shown, half);

  return 0;
}
