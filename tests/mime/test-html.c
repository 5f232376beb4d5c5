/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html.h"

#include <libxml/HTMLparser.h>
#include <string.h>

/* Everything that a sanitised document may consist of; written down a second time here, so that a slip in the one list is seen. */
static const char *const elements[] = {
  "html", "head", "body", "meta", "style", "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
  "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em",
  "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main",
  "mark", "menu", "nav", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong", "sub",
  "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr", NULL
};

static gboolean
has_prefix (const char *text, const char *prefix)
{
  return g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

static void
check_css (const char *css)
{
  g_autofree char *lower = g_ascii_strdown (css, -1);
  static const char *const forbidden[] = { "expression", "javascript", "@import", "@font", "behavior", "-moz-binding", "position:", "<", "\\", "/*", "content:", "image-set", "var(" };

  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    g_assert_null (strstr (lower, forbidden[i]));
  for (const char *p = lower; (p = strstr (p, "url(")) != NULL; p += 4)
    g_assert_true (has_prefix (p, "url(\"cid:") || has_prefix (p, "url(\"https://"));
}

static void
check_attribute (const char *element, const char *name, const char *value, ValijaHtmlPolicy policy)
{
  g_assert_false (has_prefix (name, "on"));
  if (strcmp (name, "href") == 0)
    {
      g_assert_cmpstr (element, ==, "a");
      g_assert_true (has_prefix (value, "http://") || has_prefix (value, "https://") || has_prefix (value, "mailto:") || *value == '#');
    }
  else if (strcmp (name, "src") == 0)
    {
      g_assert_cmpstr (element, ==, "img");
      g_assert_true (has_prefix (value, "cid:") || has_prefix (value, "data:image/") ||
                     (policy == VALIJA_HTML_REMOTE_IMAGES && has_prefix (value, "https://")));
      g_assert_false (has_prefix (value, "data:image/svg"));
    }
  else if (strcmp (name, "style") == 0)
    {
      check_css (value);
      g_assert_true (policy == VALIJA_HTML_REMOTE_IMAGES || strstr (value, "https:") == NULL);
    }
  else
    {
      static const char *const forbidden[] = { "srcset", "action", "formaction", "xlink:href", "background", "poster", "ping", "data", "target", "srcdoc", "name", "usemap", "longdesc", "manifest" };

      for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
        g_assert_cmpstr (name, !=, forbidden[i]);
    }
}

/* The head is ours, so only what it says of itself is of interest. */
static void
check_meta (xmlNode *node)
{
  xmlChar *kind = xmlGetProp (node, (const xmlChar *) "http-equiv");

  if (kind != NULL)
    g_assert_cmpstr ((const char *) kind, ==, "Content-Security-Policy");
  xmlFree (kind);
}

static void
check_nodes (xmlNode *root, ValijaHtmlPolicy policy)
{
  xmlNode *node = root;

  while (node != NULL)
    {
      g_assert_cmpint (node->type, !=, XML_COMMENT_NODE);
      g_assert_cmpint (node->type, !=, XML_PI_NODE);
      if (node->type == XML_ELEMENT_NODE)
        {
          g_assert_true (g_strv_contains (elements, (const char *) node->name));
          if (strcmp ((const char *) node->name, "meta") == 0)
            check_meta (node);
          else
            for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
              {
                xmlChar *value = xmlNodeListGetString (node->doc, attribute->children, 1);

                check_attribute ((const char *) node->name, (const char *) attribute->name, value != NULL ? (const char *) value : "", policy);
                xmlFree (value);
              }
        }
      if (node->type == XML_CDATA_SECTION_NODE)
        check_css ((const char *) node->content);

      if (node->children != NULL)
        {
          node = node->children;
          continue;
        }
      while (node != NULL && node->next == NULL)
        node = node->parent != root->parent ? node->parent : NULL;
      if (node != NULL)
        node = node->next;
    }
}

/* Sanitises, reads the result again, and looks at all that is there. Returns the body. */
static char *
sanitise (const char *html, ValijaHtmlPolicy policy, guint *n_blocked)
{
  g_autofree char *safe = valija_html_sanitise (html, policy, n_blocked);
  g_autofree char *again = valija_html_sanitise (safe, policy, NULL);
  g_autofree char *text = valija_html_to_text (html);
  htmlDocPtr document;
  const char *body;

  g_assert_true (g_utf8_validate (safe, -1, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_str_has_prefix (safe, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));

  document = htmlReadMemory (safe, strlen (safe), NULL, "UTF-8", HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  g_assert_nonnull (document);
  check_nodes (xmlDocGetRootElement (document), policy);
  xmlFreeDoc (document);

  /* What was made once comes out as it went in */
  g_assert_cmpstr (again, ==, safe);

  body = strstr (safe, "<body>");
  g_assert_nonnull (body);
  g_assert_true (g_str_has_suffix (safe, "</body></html>"));

  return g_strndup (body + 6, strlen (body) - 6 - strlen ("</body></html>"));
}

static const struct
{
  const char *html;
  const char *expected;
} cases[] = {
  { "", "" },
  { "Hello", "Hello" },
  { "a < b & c > d", "a &lt; b &amp; c &gt; d" },
  { "<p>one<p>two", "<p>one</p><p>two</p>" },
  { "<b><i>x</b>y</i>", "<b><i>x</i></b>y" },
  { "<div>open", "<div>open</div>" },
  { "stray</div></table>", "stray" },
  { "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>", "<a href=\"https://example.org/?a=1&amp;b=2\" rel=\"noopener noreferrer\">x</a>" },
  { "<a href=\"mailto:a@b.c\">x</a>", "<a href=\"mailto:a@b.c\" rel=\"noopener noreferrer\">x</a>" },
  { "<a href=\"#top\">x</a>", "<a href=\"#top\">x</a>" },
  { "<a href=\"//example.org\">x</a>", "<a href=\"https://example.org\" rel=\"noopener noreferrer\">x</a>" },
  { "<a href=\"javascript:alert(1)\">x</a>", "<a>x</a>" },
  { "<a href=\" jAvA\tscr\nipt:alert(1)\">x</a>", "<a>x</a>" },
  { "<a href=\"&#1;javascript:alert(1)\">x</a>", "<a>x</a>" },
  { "<a href=\"data:text/html,x\">x</a>", "<a>x</a>" },
  { "<a href=\"file:///etc/passwd\">x</a>", "<a>x</a>" },
  { "<a href=\"relative\">x</a>", "<a>x</a>" },
  { "<img src=\"cid:a@b\" alt=\"A\">", "<img src=\"cid:a@b\" alt=\"A\">" },
  { "<img src=\"https://t.example/p.png\" width=\"1\" alt=\"A\">", "<img width=\"1\" alt=\"A\">" },
  { "<img src=\"data:image/png;base64,AAAA\">", "<img src=\"data:image/png;base64,AAAA\">" },
  { "<img src=\"data:image/svg+xml;base64,AAAA\">", "<img>" },
  { "<img src=x onerror=alert(1)>", "<img>" },
  { "<script>alert(1)</script>x", "x" },
  { "<style>p{color:red}</style>x", "x" },
  { "<svg><script>alert(1)</script><p>y</svg>x", "x" },
  { "<form action=x><input value=y>text<button>go</button></form>", "textgo" },
  { "<select><option>a</select>x", "x" },
  { "<iframe src=x>y</iframe>x", "x" },
  { "<noscript><p>plain</p></noscript>", "<p>plain</p>" },
  { "<!-- comment --><![CDATA[x]]><?php y ?>z", "z" },
  { "<body bgcolor=\"#fff\" onload=x()>y</body>", "<div bgcolor=\"#fff\">y</div>" },
  { "<font color=red face='Times \"New\"'>x</font>", "<font color=\"red\" face=\"Times &quot;New&quot;\">x</font>" },
  { "<p style=\"color:red;position:fixed;top:0\">x</p>", "<p style=\"color:red;\">x</p>" },
  { "<p style=\"background:url(https://t.example/x)\">x</p>", "<p>x</p>" },
  { "<p style=\"background:url(cid:x)\">x</p>", "<p style=\"background:url(&quot;cid:x&quot;);\">x</p>" },
  { "<p style=\"width:expression(alert(1))\">x</p>", "<p>x</p>" },
  { "<p style=\"color:r\\65 d\">x</p>", "<p>x</p>" },
  { "<p style=\"color:/**/red;font:12px/1.5 'A B',serif!important\">x</p>", "<p style=\"color:red;font:12px/1.5 &quot;A B&quot;,serif!important;\">x</p>" },
  { "<p style=\"width:calc(100% - (2 * 3px));margin:-1px auto\">x</p>", "<p style=\"width:calc(100% - (2 * 3px));margin:-1px auto;\">x</p>" },
  { "<table background=\"cid:x\"><tr><td>y</table>", "<table style=\"background-image:url(&quot;cid:x&quot;);\"><tr><td>y</td></tr></table>" },
  { "<o:p>&nbsp;</o:p><v:shape onload=x>y</v:shape>", "\302\240y" },
  { "x<br>y<hr/>z", "x<br>y<hr>z" },
  { "<p title='&lt;script&gt;&quot;`'>x</p>", "<p title=\"&lt;script&gt;&quot;&#96;\">x</p>" },
  { "\xff<p>\xc3\xa9</p>", "\357\277\275<p>é</p>" },
  { "&eacute;&#x20ac;&#0;&bogus;", "é€&amp;bogus;" },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = sanitise (cases[i].html, VALIJA_HTML_LOCAL_ONLY, NULL);

      g_assert_cmpstr (body, ==, cases[i].expected);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mime/html/cases", test_cases);

  return g_test_run ();
}
