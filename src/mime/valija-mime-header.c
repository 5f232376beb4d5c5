/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-mime-header.h"

#include "mime/valija-mime-fields.h"
#include "mime/valija-mime-param.h"
#include "mime/valija-mime-words.h"

#include <gmime/gmime.h>
#include <string.h>

#define BLOCK_LIMIT (1024 * 1024)
#define IDS_LIMIT 100
/* The longest line of RFC 5322: a longer id is cut, so that it can be written again. */
#define ID_LIMIT 900
#define DATE_LIMIT 128

typedef enum
{
  FIELD_BCC,
  FIELD_CC,
  FIELD_CONTENT_DISPOSITION,
  FIELD_CONTENT_TYPE,
  FIELD_DATE,
  FIELD_FROM,
  FIELD_IN_REPLY_TO,
  FIELD_MESSAGE_ID,
  FIELD_RECEIVED,
  FIELD_REFERENCES,
  FIELD_REPLY_TO,
  FIELD_SENDER,
  FIELD_SUBJECT,
  FIELD_TO,
  N_FIELDS
} Field;

static const char *const field_names[N_FIELDS] = {
  "Bcc", "Cc", "Content-Disposition", "Content-Type", "Date", "From", "In-Reply-To", "Message-ID",
  "Received", "References", "Reply-To", "Sender", "Subject", "To",
};

static gint64
days_from_civil (int year,
                 int month,
                 int day)
{
  int era;
  int year_of_era;
  int day_of_year;

  year -= month <= 2;
  era = (year >= 0 ? year : year - 399) / 400;
  year_of_era = year - era * 400;
  day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return (gint64)era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
         day_of_year - 719468;
}

/* Up to @most digits at *@p, or -1. */
static int
scan_number (const char **p,
             int          least,
             int          most)
{
  int value = 0;
  int digits = 0;

  while (digits < most && g_ascii_isdigit (**p))
    {
      value = value * 10 + (**p - '0');
      (*p)++;
      digits++;
    }

  return digits >= least && !g_ascii_isdigit (**p) ? value : -1;
}

static gboolean
skip_blanks (const char **p)
{
  const char *from = *p;

  while (**p == ' ' || **p == '\t')
    (*p)++;

  return *p > from;
}

static int
scan_month (const char **p)
{
  static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

  for (int i = 0; i < 12; i++)
    if (g_ascii_strncasecmp (*p, months + i * 3, 3) == 0)
      {
        *p += 3;
        return i + 1;
      }

  return -1;
}

/* "+0130" in seconds. */
static gboolean
scan_zone (const char **p,
           int         *zone)
{
  int sign = **p == '-' ? -1 : 1;
  int value;

  if (g_ascii_strncasecmp (*p, "GMT", 3) == 0 || g_ascii_strncasecmp (*p, "UTC", 3) == 0)
    {
      *p += 3;
      *zone = 0;
      return TRUE;
    }
  if (**p != '+' && **p != '-')
    return FALSE;

  (*p)++;
  value = scan_number (p, 4, 4);
  *zone = sign * (value / 100 * 3600 + value % 100 * 60);

  return value >= 0 && value <= 2359 && value % 100 < 60;
}

/* The one form nearly all mail has, "Fri, 21 Nov 1997 09:55:06 -0600": an order of magnitude faster
 * than GMime, which takes the rest. */
static gboolean
scan_usual_date (const char *p,
                 gint64     *date)
{
  int day, month, year, hour, minute, second = 0, zone;

  if (g_ascii_isalpha (p[0]) && g_ascii_isalpha (p[1]) && g_ascii_isalpha (p[2]) && p[3] == ',')
    p += 4;
  skip_blanks (&p);
  if ((day = scan_number (&p, 1, 2)) < 1 || day > 31 || !skip_blanks (&p) ||
      (month = scan_month (&p)) < 0 || !skip_blanks (&p) ||
      (year = scan_number (&p, 4, 4)) < 1970 || !skip_blanks (&p) ||
      (hour = scan_number (&p, 1, 2)) < 0 || hour > 23 || *p++ != ':' ||
      (minute = scan_number (&p, 2, 2)) < 0 || minute > 59)
    return FALSE;
  if (*p == ':')
    {
      p++;
      second = scan_number (&p, 2, 2);
    }
  if (second < 0 || second > 60 || !skip_blanks (&p) || !scan_zone (&p, &zone))
    return FALSE;
  skip_blanks (&p);
  if (*p != '\0' && *p != '(')
    return FALSE;

  *date = days_from_civil (year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;

  return *date > 0;
}

static gint64
parse_date (const char *raw,
            gsize       length)
{
  g_autoptr(GDateTime) parsed = NULL;
  char text[DATE_LIMIT + 1];
  gint64 date;

  length = MIN (length, DATE_LIMIT);
  for (gsize i = 0; i < length; i++)
    text[i] = raw[i] >= ' ' && raw[i] < 127 ? raw[i] : ' ';
  text[length] = '\0';

  if (scan_usual_date (text, &date))
    return date;

  parsed = g_mime_utils_header_decode_date (text);
  date = parsed != NULL ? g_date_time_to_unix (parsed) : 0;

  return MAX (date, 0);
}

/* RFC 5321 §4.4: the time is what follows the last semicolon. */
static gint64
parse_received (const char *raw,
                gsize       length)
{
  const char *semicolon = memrchr (raw, ';', length);

  return semicolon != NULL ? parse_date (semicolon + 1, raw + length - semicolon - 1) : 0;
}

static void
append_id (GString    *out,
           const char *id,
           gsize       length)
{
  gsize start;

  if (out->len > 0)
    g_string_append_c (out, ' ');
  start = out->len;
  for (gsize i = 0; i < length && out->len - start < ID_LIMIT; i++)
    if (id[i] > ' ' && id[i] < 127 && id[i] != '<' && id[i] != '>')
      g_string_append_c (out, id[i]);
    else if ((guchar) id[i] >= 0x80)
      g_string_append_c (out, '?');
  if (out->len == start && start > 0)
    g_string_truncate (out, start - 1);
}

/* The slice of the next id at or behind *@p; in angle brackets, or any word with an @ once it is
 * known that there are none. */
static gboolean
next_id (const char **p,
         const char  *end,
         gboolean     bare,
         const char **id,
         gsize       *length)
{
  while (*p < end)
    {
      const char *open = bare ? *p : memchr (*p, '<', end - *p);
      const char *close;

      if (open == NULL)
        break;
      if (!bare)
        {
          close = memchr (open, '>', end - open);
          *id = open + 1;
          *length = (close != NULL ? close : end) - *id;
          *p = close != NULL ? close + 1 : end;
          return TRUE;
        }

      while (open < end && (*open <= ' ' || *open == ',' || *open == ';'))
        open++;
      for (close = open; close < end && *close > ' ' && *close != ',' && *close != ';';)
        close++;
      *id = open;
      *length = close - open;
      *p = MAX (close, *p + 1);
      if (memchr (open, '@', close - open) != NULL)
        return TRUE;
    }

  return FALSE;
}

/* Of more ids than the limit the first (the thread's root) and the last ones are kept, as RFC 5322
 * §3.6.4 and RFC 5537 §3.4.4 advise. */
static char *
normalise_ids (const char *raw,
               gsize       length)
{
  g_autoptr(GString) out = g_string_sized_new (length + 1);
  const char *end = raw + MIN (length, BLOCK_LIMIT);
  gboolean bare = memchr (raw, '<', end - raw) == NULL;
  const char *p = raw;
  const char *id;
  gsize id_length;
  guint total = 0;
  guint i = 0;

  while (next_id (&p, end, bare, &id, &id_length))
    total++;

  for (p = raw; next_id (&p, end, bare, &id, &id_length); i++)
    if (i == 0 || total - i < IDS_LIMIT)
      append_id (out, id, id_length);

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
has_high_bytes (const char *p,
                gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) p[i] >= 0x80)
      return TRUE;

  return FALSE;
}

static int
find_field (const ValijaMimeField *field)
{
  for (int i = 0; i < N_FIELDS; i++)
    if (g_ascii_tolower (*field->name) == g_ascii_tolower (*field_names[i]) &&
        valija_mime_field_is (field, field_names[i]))
      return i;

  return -1;
}

static void
take (char **target,
      char  *value)
{
  g_free (*target);
  *target = value;
}

static void
take_value (ValijaMessageInfo     *info,
            Field                  which,
            const ValijaMimeField *field,
            const char            *charset)
{
  const char *value = field->value;
  gsize length = field->value_length;

  switch (which)
    {
    case FIELD_DATE:
      info->date = parse_date (value, length);
      break;
    case FIELD_RECEIVED:
      info->received = parse_received (value, length);
      break;
    case FIELD_MESSAGE_ID:
      take (&info->message_id, normalise_ids (value, length));
      info->message_id[strcspn (info->message_id, " ")] = '\0';
      break;
    case FIELD_IN_REPLY_TO:
      take (&info->in_reply_to, normalise_ids (value, length));
      info->in_reply_to[strcspn (info->in_reply_to, " ")] = '\0';
      break;
    case FIELD_REFERENCES:
      take (&info->references, normalise_ids (value, length));
      break;
    case FIELD_SUBJECT:
      take (&info->subject, valija_mime_words_decode (value, length, charset));
      break;
    case FIELD_CONTENT_TYPE:
      info->has_attachments |= valija_mime_type_is_guess_of_attachments (value, length);
      break;
    case FIELD_CONTENT_DISPOSITION:
      info->has_attachments |= length >= 10 && g_ascii_strncasecmp (value, "attachment", 10) == 0;
      break;
    case FIELD_BCC:
    case FIELD_CC:
    case FIELD_FROM:
    case FIELD_REPLY_TO:
    case FIELD_SENDER:
    case FIELD_TO:
    case N_FIELDS:
    default:
      g_assert_not_reached ();
    }
}

/* The list an address field goes to; NULL for another field. */
static GPtrArray *
get_list (ValijaMessageInfo *info,
          GPtrArray         *sender,
          int                which)
{
  switch (which)
    {
    case FIELD_BCC:
      return info->bcc;
    case FIELD_CC:
      return info->cc;
    case FIELD_FROM:
      return info->from;
    case FIELD_REPLY_TO:
      return info->reply_to;
    case FIELD_SENDER:
      return sender;
    case FIELD_TO:
      return info->to;
    default:
      return NULL;
    }
}

ValijaMessageInfo *
valija_mime_parse_header_block (const char *remote_id,
                                const char *block,
                                gsize       length)
{
  ValijaMessageInfo *info = valija_message_info_new (remote_id);
  g_autoptr(GPtrArray) sender = valija_address_list_new ();
  g_autofree char *charset = NULL;
  gboolean seen[N_FIELDS] = { FALSE };
  ValijaMimeFields fields;
  ValijaMimeField field;

  if (block == NULL)
    block = "";
  length = MIN (length, BLOCK_LIMIT);
  if (has_high_bytes (block, length) &&
      valija_mime_fields_find (block, length, "Content-Type", &field))
    charset = valija_mime_param_dup (field.value, field.value_length, "charset", NULL);

  valija_mime_fields_init (&fields, block, length);
  while (valija_mime_fields_next (&fields, &field))
    {
      int which = find_field (&field);
      GPtrArray *list;

      if (which < 0)
        continue;

      /* Every author and recipient counts, also in a field that comes twice; of all else the first
       * one, as the servers have it */
      list = get_list (info, sender, which);
      if (list != NULL)
        valija_mime_words_add_addresses (list, field.value, field.value_length, charset);
      else if (!seen[which])
        take_value (info, which, &field, charset);
      seen[which] = TRUE;
    }

  if (info->from->len == 0)
    {
      GPtrArray *empty = info->from;

      info->from = g_steal_pointer (&sender);
      sender = empty;
    }
  if (info->received == 0)
    info->received = info->date > 0 ? info->date : g_get_real_time () / G_USEC_PER_SEC;

  return info;
}

gint64
valija_mime_parse_date (const char *raw)
{
  return raw != NULL ? parse_date (raw, strlen (raw)) : 0;
}

char *
valija_mime_normalise_ids (const char *raw)
{
  return raw != NULL ? normalise_ids (raw, strlen (raw)) : g_strdup ("");
}

GBytes *
valija_mime_ensure_message_id (GBytes  *source,
                               char   **message_id)
{
  gsize length;
  const char *octets = g_bytes_get_data (source, &length);
  g_autoptr(ValijaMessageInfo) info = valija_mime_parse_header_block ("", octets, MIN (length, BLOCK_LIMIT));
  g_autofree char *digest = NULL;
  g_autoptr(GString) whole = NULL;

  if (info->message_id[0] != '\0')
    {
      *message_id = g_strdup (info->message_id);
      return g_bytes_ref (source);
    }

  /* RFC 2606 §2: of nobody's */
  digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, source);
  *message_id = g_strconcat (digest, "@valija.invalid", NULL);
  whole = g_string_sized_new (length + 128);
  g_string_printf (whole, "Message-ID: <%s>\r\n", *message_id);
  g_string_append_len (whole, octets, length);

  return g_string_free_to_bytes (g_steal_pointer (&whole));
}
