/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-ntlm.h"

#include <glib/gi18n-lib.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "base/valija-error.h"

#define SIGNATURE "NTLMSSP"
/* Challenges of real servers are a few hundred bytes. */
#define CHALLENGE_LIMIT 16384
#define CHALLENGE_MINIMUM 32
#define HASH 16
#define NONCE 8

/* MS-NLMP 2.2.2.5 */
#define FLAG_UNICODE 0x00000001
#define FLAG_REQUEST_TARGET 0x00000004
#define FLAG_NTLM 0x00000200
#define FLAG_ALWAYS_SIGN 0x00008000
#define FLAG_EXTENDED_SECURITY 0x00080000
#define FLAG_TARGET_INFO 0x00800000
#define FLAG_128 0x20000000
#define FLAGS (FLAG_UNICODE | FLAG_REQUEST_TARGET | FLAG_NTLM | FLAG_ALWAYS_SIGN | FLAG_EXTENDED_SECURITY | \
               FLAG_TARGET_INFO | FLAG_128)

/* MS-NLMP 2.2.2.1 and 3.1.5.1.2 */
#define PAIR_END 0
#define PAIR_DOMAIN 2
#define PAIR_FLAGS 6
#define PAIR_TIME 7
#define PAIR_TARGET 9
#define PAIR_BINDING 10
#define HAS_INTEGRITY 0x00000002

/* Where the third message's parts begin: its fields, its integrity code, what the fields point to */
#define FIELDS_AT 12
#define FLAGS_AT 60
#define INTEGRITY_AT 72
#define PAYLOAD_AT 88

/* Between the beginning of 1601, where Windows counts from, and that of 1970 */
#define EPOCH_SECONDS G_GINT64_CONSTANT (11644473600)

static guint16
get_16 (const guint8 *data)
{
  return (guint16) (data[0] | data[1] << 8);
}

static guint32
get_32 (const guint8 *data)
{
  return get_16 (data) | (guint32) get_16 (data + 2) << 16;
}

static void
put_16 (guint8 *data, gsize value)
{
  data[0] = (guint8) value;
  data[1] = (guint8) (value >> 8);
}

static void
put_32 (guint8 *data, gsize value)
{
  put_16 (data, value);
  put_16 (data + 2, value >> 16);
}

static guint32
rotate (guint32 value, guint bits)
{
  return value << bits | value >> (32 - bits);
}

/* A round of RFC 1320 */
static guint32
mix (guint round, guint32 b, guint32 c, guint32 d)
{
  if (round == 0)
    return (b & c) | (~b & d);

  return round == 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
}

static void
md4_block (guint32 *state, const guint8 *block)
{
  static const guint8 order[3][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
    { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
  };
  static const guint8 shifts[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
  static const guint32 constants[3] = { 0, 0x5a827999, 0x6ed9eba1 };
  guint32 old[4];

  memcpy (old, state, sizeof old);

  for (guint i = 0; i < 48; i++)
    {
      guint round = i / 16;
      guint32 word = get_32 (block + 4 * order[round][i % 16]);
      guint32 value = state[0] + mix (round, state[1], state[2], state[3]) + word + constants[round];

      state[0] = state[3];
      state[3] = state[2];
      state[2] = state[1];
      state[1] = rotate (value, shifts[round][i % 4]);
    }

  for (guint i = 0; i < 4; i++)
    state[i] += old[i];
}

/* RFC 1320, which no library here has any more */
static void
md4 (const guint8 *data, gsize length, guint8 *digest)
{
  guint32 state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
  guint8 last[128] = { 0 };
  gsize whole = length / 64 * 64;
  gsize end = length - whole < 56 ? 64 : 128;

  for (gsize at = 0; at < whole; at += 64)
    md4_block (state, data + at);

  memcpy (last, data + whole, length - whole);
  last[length - whole] = 0x80;
  put_32 (last + end - 8, length << 3);
  put_32 (last + end - 4, length >> 29);
  for (gsize at = 0; at < end; at += 64)
    md4_block (state, last + at);

  for (guint i = 0; i < 4; i++)
    put_32 (digest + 4 * i, state[i]);
  valija_wipe (last, sizeof last);
}

static void
hmac_md5 (const guint8 *key, const guint8 *first, gsize first_size, const guint8 *second, gsize second_size,
          guint8 *digest)
{
  g_autoptr(GHmac) hmac = g_hmac_new (G_CHECKSUM_MD5, key, HASH);
  gsize size = HASH;

  g_hmac_update (hmac, first, (gssize) first_size);
  g_hmac_update (hmac, second, (gssize) second_size);
  g_hmac_get_digest (hmac, digest, &size);
}

/* In UTF-16, little end first. Text that is no UTF-8 gives none. */
static GByteArray *
to_utf16 (const char *text, gssize length)
{
  long count = 0;
  g_autofree gunichar2 *units = g_utf8_to_utf16 (text, length, NULL, &count, NULL);
  /* Of its size from the start: growing it would leave pieces of a password behind */
  GByteArray *bytes = g_byte_array_sized_new (2 * count);

  for (long i = 0; units != NULL && i < count; i++)
    {
      guint8 unit[2];

      put_16 (unit, units[i]);
      g_byte_array_append (bytes, unit, sizeof unit);
    }

  if (units != NULL)
    valija_wipe (units, (gsize) count * sizeof (gunichar2));

  return bytes;
}

static void
append_pair (GByteArray *pairs, guint16 kind, const guint8 *value, gsize size)
{
  guint8 head[4];

  put_16 (head, kind);
  put_16 (head + 2, size);
  g_byte_array_append (pairs, head, sizeof head);
  if (size > 0)
    g_byte_array_append (pairs, value, (guint) size);
}

/* (nullable) of the pair of that kind in @info */
static const guint8 *
find_pair (const guint8 *info, gsize size, guint16 kind, gsize *length)
{
  while (size >= 4 && get_16 (info) != PAIR_END)
    {
      *length = get_16 (info + 2);
      if (*length > size - 4)
        break;

      if (get_16 (info) == kind)
        return info + 4;

      info += 4 + *length;
      size -= 4 + *length;
    }

  *length = 0;
  return NULL;
}

/* What a security buffer (2.2.1.2 and the like) points to; FALSE when it points out of the message */
static gboolean
read_field (const guint8 *message, gsize size, gsize at, const guint8 **data, gsize *length)
{
  gsize offset;

  *data = message;
  *length = 0;
  if (size < at + 8)
    return TRUE;

  *length = get_16 (message + at);
  offset = get_32 (message + at + 4);
  if (offset > size || *length > size - offset)
    return FALSE;

  *data = message + offset;
  return TRUE;
}

/* The MD5 of gss_channel_bindings_struct (RFC 2744 §3.11) without addresses, as MS-NLMP 3.1.5.1.2 wants it */
static void
hash_binding (GBytes *binding, guint8 *digest)
{
  static const char prefix[] = "tls-server-end-point:";
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  guint8 head[20] = { 0 };
  gsize size;
  const guint8 *data = g_bytes_get_data (binding, &size);
  gsize digest_size = HASH;

  put_32 (head + 16, strlen (prefix) + size);
  g_checksum_update (checksum, head, sizeof head);
  g_checksum_update (checksum, (const guint8 *) prefix, (gssize) strlen (prefix));
  g_checksum_update (checksum, data, (gssize) size);
  g_checksum_get_digest (checksum, digest, &digest_size);
}

/* What the server said of itself, and what we add: that there is an integrity code, whom we mean, and over which
 * channel (3.1.5.1.2). */
static GByteArray *
make_pairs (const guint8 *info, gsize size, const char *host, GBytes *binding)
{
  g_autofree char *target = g_strconcat ("HTTP/", host, NULL);
  g_autoptr(GByteArray) target_units = to_utf16 (target, -1);
  GByteArray *pairs = g_byte_array_new ();
  guint8 flags[4];
  guint8 digest[HASH] = { 0 };

  while (size >= 4 && get_16 (info) != PAIR_END)
    {
      guint16 kind = get_16 (info);
      gsize length = get_16 (info + 2);

      if (length > size - 4)
        break;

      if (kind != PAIR_FLAGS && kind != PAIR_TARGET && kind != PAIR_BINDING)
        append_pair (pairs, kind, info + 4, length);
      info += 4 + length;
      size -= 4 + length;
    }

  put_32 (flags, HAS_INTEGRITY);
  append_pair (pairs, PAIR_FLAGS, flags, sizeof flags);
  if (binding != NULL)
    hash_binding (binding, digest);
  append_pair (pairs, PAIR_BINDING, digest, sizeof digest);
  append_pair (pairs, PAIR_TARGET, target_units->data, target_units->len);
  append_pair (pairs, PAIR_END, NULL, 0);

  return pairs;
}

/* 2.2.2.7: what is proven to be known together with the password */
static GByteArray *
make_blob (const guint8 *info, gsize size, const char *host, GBytes *binding)
{
  g_autoptr(GByteArray) pairs = make_pairs (info, size, host, binding);
  GByteArray *blob = g_byte_array_new ();
  guint8 head[28] = { 1, 1 };
  const guint8 zeros[4] = { 0 };
  gsize length;
  const guint8 *moment = find_pair (info, size, PAIR_TIME, &length);

  if (moment != NULL && length == 8)
    memcpy (head + 8, moment, 8);
  else
    {
      guint64 ticks = (guint64) (g_get_real_time () + EPOCH_SECONDS * G_USEC_PER_SEC) * 10;

      put_32 (head + 8, ticks & G_MAXUINT32);
      put_32 (head + 12, ticks >> 32);
    }

  gnutls_rnd (GNUTLS_RND_NONCE, head + 16, NONCE);
  g_byte_array_append (blob, head, sizeof head);
  g_byte_array_append (blob, pairs->data, pairs->len);
  g_byte_array_append (blob, zeros, sizeof zeros);

  return blob;
}

/* Appends @data behind the message and points to it from the field that is the @index-th. */
static void
append_field (GByteArray *message, guint index, const guint8 *data, gsize size)
{
  guint8 *field = message->data + FIELDS_AT + 8 * index;

  put_16 (field, size);
  put_16 (field + 2, size);
  put_32 (field + 4, message->len);
  if (size > 0)
    g_byte_array_append (message, data, (guint) size);
}

/* The domain and the name apart. (transfer full) each, in UTF-16 */
static void
split_user (const char *user, const guint8 *info, gsize info_size, GByteArray **domain, GByteArray **name)
{
  const char *separator = strpbrk (user, "\\/");
  gsize length;
  const guint8 *own;

  if (separator != NULL)
    {
      *domain = to_utf16 (user, separator - user);
      *name = to_utf16 (separator + 1, -1);
      return;
    }

  *name = to_utf16 (user, -1);
  *domain = g_byte_array_new ();
  own = strchr (user, '@') == NULL ? find_pair (info, info_size, PAIR_DOMAIN, &length) : NULL;
  if (own != NULL)
    g_byte_array_append (*domain, own, (guint) length);
}

/* NTOWFv2 (3.3.2): all that the password is needed for */
static void
make_key (const char *user, GByteArray *domain, ValijaSecret *password, guint8 *key)
{
  const char *separator = strpbrk (user, "\\/");
  g_autofree char *upper = g_utf8_strup (separator != NULL ? separator + 1 : user, -1);
  g_autoptr(GByteArray) name = to_utf16 (upper, -1);
  gsize length;
  const char *text = valija_secret_peek (password, &length);
  g_autoptr(GByteArray) units = to_utf16 (text, (gssize) length);
  guint8 hash[HASH];

  md4 (units->data, units->len, hash);
  hmac_md5 (hash, name->data, name->len, domain->data, domain->len, key);
  valija_wipe (hash, sizeof hash);
  if (units->len > 0)
    valija_wipe (units->data, units->len);
}

static void
append_integrity (GByteArray *message, GBytes *negotiate, GBytes *challenge, const guint8 *key, const guint8 *proof)
{
  g_autoptr(GByteArray) all = g_byte_array_new ();
  guint8 session[HASH];
  gsize size;
  const guint8 *data;

  data = g_bytes_get_data (negotiate, &size);
  g_byte_array_append (all, data, (guint) size);
  data = g_bytes_get_data (challenge, &size);
  g_byte_array_append (all, data, (guint) size);

  hmac_md5 (key, proof, HASH, NULL, 0, session);
  hmac_md5 (session, all->data, all->len, message->data, message->len, message->data + INTEGRITY_AT);
  valija_wipe (session, sizeof session);
}

/**
 * valija_ntlm_negotiate:
 *
 * Returns: (transfer full): the first message (MS-NLMP 2.2.1.1), which tells nothing of the user
 */
GBytes *
valija_ntlm_negotiate (void)
{
  guint8 message[32] = SIGNATURE;

  message[8] = 1;
  put_32 (message + 12, FLAGS);

  return g_bytes_new (message, sizeof message);
}

/**
 * valija_ntlm_authenticate:
 * @negotiate: the first message
 * @challenge: the second, the server's (MS-NLMP 2.2.1.2)
 * @user: "DOMAIN\user", "user@domain" or "user", which then is of the server's own domain
 * @password: the user's
 * @host: whom the request is for
 * @binding: (nullable): the tls-server-end-point of the connection (RFC 5929)
 * @error: VALIJA_ERROR_PROTOCOL
 *
 * Returns: (transfer full) (nullable): the third message (2.2.1.3)
 */
GBytes *
valija_ntlm_authenticate (GBytes       *negotiate,
                          GBytes       *challenge,
                          const char   *user,
                          ValijaSecret *password,
                          const char   *host,
                          GBytes       *binding,
                          GError      **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (challenge, &size);
  const guint8 head[PAYLOAD_AT] = SIGNATURE;
  const guint8 zeros[24] = { 0 };
  g_autoptr(GByteArray) message = NULL;
  g_autoptr(GByteArray) blob = NULL;
  g_autoptr(GByteArray) domain = NULL;
  g_autoptr(GByteArray) name = NULL;
  guint8 key[HASH];
  guint8 proof[HASH];
  const guint8 *info;
  gsize info_size;

  if (size < CHALLENGE_MINIMUM || size > CHALLENGE_LIMIT || memcmp (data, SIGNATURE, sizeof SIGNATURE) != 0 ||
      get_32 (data + 8) != 2 || !read_field (data, size, 40, &info, &info_size))
    {
      valija_error_set (error, VALIJA_ERROR_PROTOCOL, _("%s does not answer NTLM as it should."), host);
      return NULL;
    }

  split_user (user, info, info_size, &domain, &name);
  make_key (user, domain, password, key);
  blob = make_blob (info, info_size, host, binding);
  hmac_md5 (key, data + 24, NONCE, blob->data, blob->len, proof);
  g_byte_array_prepend (blob, proof, sizeof proof);

  message = g_byte_array_new ();
  g_byte_array_append (message, head, sizeof head);
  message->data[8] = 3;
  put_32 (message->data + FLAGS_AT, (get_32 (data + 20) & FLAGS) | FLAG_UNICODE | FLAG_NTLM | FLAG_EXTENDED_SECURITY);
  append_field (message, 0, zeros, sizeof zeros); /* the older response is for servers without a time of their own */
  append_field (message, 1, blob->data, blob->len);
  append_field (message, 2, domain->data, domain->len);
  append_field (message, 3, name->data, name->len);
  append_field (message, 4, NULL, 0);
  append_field (message, 5, NULL, 0);
  append_integrity (message, negotiate, challenge, key, proof);
  valija_wipe (key, sizeof key);

  return g_byte_array_free_to_bytes (g_steal_pointer (&message));
}
