/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "wire/imap/valija-imap-outline.h"

#include "wire/imap/valija-imap-structure.h"

#include <string.h>

/* More parts than that are an attack, or a digest that is better read whole */
#define PARTS_LIMIT    500
#define SECTIONS_LIMIT 20
/* What is fetched first comes a second time with the whole message: no more than this share of it */
#define SHARE          4
#define PICTURE_OCTETS (32 * 1024)
/* Of 57 octets a line of base64 makes 78 (RFC 2045 §6.8) */
#define BASE64_LINE    78
#define BASE64_OCTETS  57

typedef struct
{
  const ValijaImapPart *part;
  GBytes *content;           /* nullable: not here yet */
  gboolean decoded;
} Wanted;

struct _ValijaImapOutline
{
  ValijaImapPart *root;
  GArray *wanted;            /* of Wanted */
  GStrvBuilder *names;
  char **sections;
  guint n_parts;
  guint64 size;              /* of all parts as they are transferred */
  guint64 left;              /* of what may still be wanted */
  gboolean begun;            /* a text was met */
};

static gboolean
is_text (const ValijaImapPart *part)
{
  return strcmp (part->type, "text") == 0 &&
         (strcmp (part->subtype, "plain") == 0 || strcmp (part->subtype, "html") == 0);
}

static gboolean
says_attachment (const ValijaImapPart *part)
{
  return part->disposition != NULL && strcmp (part->disposition, "inline") != 0;
}

static gboolean
is_multipart (const ValijaImapPart *part,
              const char           *subtype)
{
  return strcmp (part->type, "multipart") == 0 && (subtype == NULL || strcmp (part->subtype, subtype) == 0);
}

/* "name", and as RFC 2231 has it "name*" and "name*0*" */
static gboolean
has_parameter (char      **parameters,
               const char *name)
{
  gsize length = strlen (name);

  for (guint i = 0; parameters[i] != NULL && parameters[i + 1] != NULL; i += 2)
    if (strncmp (parameters[i], name, length) == 0 && (parameters[i][length] == '\0' || parameters[i][length] == '*'))
      return TRUE;

  return FALSE;
}

static gboolean
has_name (const ValijaImapPart *part)
{
  return has_parameter (part->parameters, "name") || has_parameter (part->disposition_parameters, "filename");
}

/* ---- What is wanted ---- */

static void
measure (ValijaImapOutline    *self,
         const ValijaImapPart *part)
{
  self->n_parts++;
  self->size += MIN (part->size, G_MAXUINT32);
  for (guint i = 0; i < part->children->len; i++)
    measure (self, g_ptr_array_index (part->children, i));
}

static void
want (ValijaImapOutline    *self,
      const ValijaImapPart *part)
{
  const Wanted wanted = { .part = part };

  if (part->size > self->left || self->wanted->len >= SECTIONS_LIMIT)
    return;

  self->left -= part->size;
  g_array_append_val (self->wanted, wanted);
  g_strv_builder_add (self->names, part->section);
}

/* A text with a name is a file, unless the message begins with it. */
static void
want_texts (ValijaImapOutline    *self,
            const ValijaImapPart *part)
{
  if (is_text (part) && !says_attachment (part) && (!self->begun || !has_name (part)))
    {
      self->begun = TRUE;
      want (self, part);
    }

  for (guint i = 0; i < part->children->len; i++)
    want_texts (self, g_ptr_array_index (part->children, i));
}

static void
want_pictures (ValijaImapOutline    *self,
               const ValijaImapPart *part)
{
  for (guint i = 0; i < part->children->len; i++)
    {
      const ValijaImapPart *child = g_ptr_array_index (part->children, i);

      if (is_multipart (part, "related") && strcmp (child->type, "image") == 0 && child->id != NULL &&
          child->size <= PICTURE_OCTETS)
        want (self, child);
      want_pictures (self, child);
    }
}

/* Wanted, and, where @here, already taken. */
static const Wanted *
find_wanted (ValijaImapOutline    *self,
             const ValijaImapPart *part,
             gboolean              here)
{
  for (guint i = 0; i < self->wanted->len; i++)
    {
      const Wanted *wanted = &g_array_index (self->wanted, Wanted, i);

      if (wanted->part == part && (!here || wanted->content != NULL))
        return wanted;
    }

  return NULL;
}

static gboolean
lacks_text (ValijaImapOutline    *self,
            const ValijaImapPart *part,
            gboolean              here)
{
  if (is_text (part) && !says_attachment (part) && !has_name (part))
    return find_wanted (self, part, here) == NULL;

  for (guint i = 0; i < part->children->len; i++)
    if (lacks_text (self, g_ptr_array_index (part->children, i), here))
      return TRUE;

  return FALSE;
}

/* Whether the text that @part begins with is there, in one of its forms: what follows would pass for it. @found: there
 * is such a text. */
static gboolean
has_beginning (ValijaImapOutline    *self,
               const ValijaImapPart *part,
               gboolean              here,
               gboolean             *found)
{
  gboolean forms = is_multipart (part, "alternative");
  gboolean has = FALSE;

  if (is_text (part) && !says_attachment (part))
    {
      *found = TRUE;
      return find_wanted (self, part, here) != NULL;
    }

  for (guint i = 0; i < part->children->len && !has && (forms || !*found); i++)
    {
      const ValijaImapPart *child = g_ptr_array_index (part->children, i);

      has = has_beginning (self, child, here, found) && (!forms || !lacks_text (self, child, here));
    }

  return has;
}

ValijaImapOutline *
valija_imap_outline_new (ValijaImapValue structure)
{
  g_autoptr(ValijaImapOutline) self = g_new0 (ValijaImapOutline, 1);
  gboolean found = FALSE;

  self->wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));
  self->names = g_strv_builder_new ();
  self->root = valija_imap_structure_parse (structure);
  if (self->root == NULL)
    return NULL;

  measure (self, self->root);
  if (self->n_parts > PARTS_LIMIT)
    return NULL;

  self->left = MIN (self->size / SHARE, VALIJA_IMAP_OUTLINE_OCTETS);
  want_texts (self, self->root);
  if (!has_beginning (self, self->root, FALSE, &found))
    return NULL;

  want_pictures (self, self->root);
  self->sections = g_strv_builder_end (self->names);

  return g_steal_pointer (&self);
}

void
valija_imap_outline_free (ValijaImapOutline *self)
{
  for (guint i = 0; i < self->wanted->len; i++)
    g_clear_pointer (&g_array_index (self->wanted, Wanted, i).content, g_bytes_unref);
  g_array_unref (self->wanted);
  g_strv_builder_unref (self->names);
  g_strfreev (self->sections);
  g_clear_pointer (&self->root, valija_imap_part_free);
  g_free (self);
}

const char * const *
valija_imap_outline_get_sections (ValijaImapOutline *self)
{
  return (const char * const *) self->sections;
}

void
valija_imap_outline_take (ValijaImapOutline *self,
                          const char        *section,
                          GBytes            *content,
                          gboolean           decoded)
{
  for (guint i = 0; i < self->wanted->len; i++)
    {
      Wanted *wanted = &g_array_index (self->wanted, Wanted, i);

      /* Not more than was asked for, whatever the server sends */
      if (wanted->content != NULL || strcmp (wanted->part->section, section) != 0 ||
          g_bytes_get_size (content) > VALIJA_IMAP_OUTLINE_OCTETS)
        continue;

      wanted->content = g_bytes_ref (content);
      wanted->decoded = decoded;
    }
}

/* ---- The message ---- */

/* RFC 2045 §5.1 */
static gboolean
is_token (const char *text)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p <= ' ' || *p == 0x7f || (guchar) *p >= 0x80 || strchr ("()<>@,;:\\\"/[]?=", *p) != NULL)
      return FALSE;

  return *text != '\0';
}

/* What the server says of a part ends no line and no string. */
static void
write_quoted (GString    *out,
              const char *text)
{
  g_string_append_c (out, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if ((guchar) *p < ' ' || *p == 0x7f)
        continue;
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static void
write_parameters (GString *out,
                  char   **parameters,
                  gboolean size)
{
  for (guint i = 0; parameters[i] != NULL && parameters[i + 1] != NULL; i += 2)
    {
      if (!is_token (parameters[i]) || strcmp (parameters[i], "boundary") == 0 ||
          (size && strcmp (parameters[i], "size") == 0))
        continue;

      g_string_append_printf (out, "; %s=", parameters[i]);
      write_quoted (out, parameters[i + 1]);
    }
}

/* Its content as far as we know without it. */
static guint64
guess_size (const ValijaImapPart *part)
{
  if (g_strcmp0 (part->encoding, "base64") == 0 && part->size > BASE64_LINE)
    return part->size / BASE64_LINE * BASE64_OCTETS;

  return part->size;
}

static void
write_disposition (GString              *out,
                   const ValijaImapPart *part,
                   gboolean              here)
{
  const char *disposition = part->disposition;

  /* A text file that has not come is none of what is read now */
  if ((!here && is_text (part)) || (disposition != NULL && !is_token (disposition)))
    disposition = "attachment";
  else if (disposition == NULL)
    disposition = "inline";

  g_string_append_printf (out, "Content-Disposition: %s", disposition);
  write_parameters (out, part->disposition_parameters, TRUE);
  if (!here && part->size > 0)
    g_string_append_printf (out, "; size=%" G_GUINT64_FORMAT, guess_size (part));
  g_string_append (out, "\r\n");
}

static void
write_leaf (ValijaImapOutline    *self,
            GString              *out,
            const ValijaImapPart *part)
{
  const Wanted *content = find_wanted (self, part, TRUE);
  gboolean known = is_token (part->type) && is_token (part->subtype);
  const char *encoding = content != NULL && content->decoded ? "binary" : part->encoding;
  gsize length = 0;
  const char *data = content != NULL ? g_bytes_get_data (content->content, &length) : NULL;

  g_string_append_printf (out, "Content-Type: %s/%s", known ? part->type : "application",
                          known ? part->subtype : "octet-stream");
  write_parameters (out, part->parameters, FALSE);
  g_string_append (out, "\r\n");
  if (content != NULL && encoding != NULL && is_token (encoding))
    g_string_append_printf (out, "Content-Transfer-Encoding: %s\r\n", encoding);
  if (part->id != NULL)
    {
      g_string_append (out, "Content-ID: ");
      for (const char *p = part->id; *p != '\0'; p++)
        if ((guchar) *p >= ' ' && *p != 0x7f)
          g_string_append_c (out, *p);
      g_string_append (out, "\r\n");
    }
  write_disposition (out, part, content != NULL);
  g_string_append (out, "\r\n");
  if (length > 0)
    g_string_append_len (out, data, length);
}

/* A text that is still to come will be read in its place, and until then nothing is told of it; nor of a form of the
 * text of which a part is to come (@form). The depth is that of the structure, which is bounded. */
static gboolean
is_told (ValijaImapOutline    *self,
         const ValijaImapPart *part,
         gboolean              form)
{
  if (form || !is_multipart (part, NULL))
    return !lacks_text (self, part, TRUE);

  for (guint i = 0; i < part->children->len; i++)
    if (is_told (self, g_ptr_array_index (part->children, i), is_multipart (part, "alternative")))
      return TRUE;

  return FALSE;
}

static void
write_part (ValijaImapOutline    *self,
            GString              *out,
            const ValijaImapPart *part,
            const char           *boundary)
{
  if (!is_multipart (part, NULL))
    {
      write_leaf (self, out, part);
      return;
    }

  g_string_append_printf (out, "Content-Type: multipart/%s; boundary=\"%s.%s\"\r\n\r\n",
                          is_token (part->subtype) ? part->subtype : "mixed", boundary, part->section);
  for (guint i = 0; i < part->children->len; i++)
    {
      const ValijaImapPart *child = g_ptr_array_index (part->children, i);

      if (!is_told (self, child, is_multipart (part, "alternative")))
        continue;

      g_string_append_printf (out, "--%s.%s\r\n", boundary, part->section);
      write_part (self, out, child, boundary);
      g_string_append (out, "\r\n");
    }
  g_string_append_printf (out, "--%s.%s--\r\n", boundary, part->section);
}

/* All fields but those that tell of the content, which are those of the root. */
static void
write_header (GString    *out,
              const char *header,
              gsize       length)
{
  const char *end = header + length;
  gboolean kept = FALSE;

  for (const char *line = header; line < end;)
    {
      const char *feed = memchr (line, '\n', end - line);
      const char *next = feed != NULL ? feed + 1 : end;
      gsize n = feed != NULL ? feed - line : end - line;

      if (n > 0 && line[n - 1] == '\r')
        n--;
      if (n == 0)
        break;
      if (*line != ' ' && *line != '\t')
        kept = memchr (line, ':', n) != NULL && g_ascii_strncasecmp (line, "content-", strlen ("content-")) != 0;
      if (kept)
        {
          g_string_append_len (out, line, n);
          g_string_append (out, "\r\n");
        }
      line = next;
    }
}

GBytes *
valija_imap_outline_write (ValijaImapOutline *self,
                           GBytes            *header,
                           const char        *boundary)
{
  GString *out;
  gboolean found = FALSE;
  gsize length;
  const char *data = g_bytes_get_data (header, &length);

  if (!has_beginning (self, self->root, TRUE, &found))
    return NULL;

  out = g_string_new (NULL);
  write_header (out, data, length);
  write_part (self, out, self->root, boundary);

  return g_string_free_to_bytes (out);
}
