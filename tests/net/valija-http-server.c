/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "valija-http-server.h"

#include <string.h>

#define DOMAIN "EXAMPLE"
#define CHALLENGE "\x01\x23\x45\x67\x89\xab\xcd\xef"

struct _ValijaHttpServer
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  guint16 port;
  ValijaHttpHandler handler;
  gpointer user_data;
  GHashTable *peers; /* port of the client → whether NTLM has signed it in; server's thread only */

  GByteArray *negotiate; /* the last first message of NTLM, and what it was answered with */
  char *challenge;

  int requests;
  int connections;
  int secrets;
};

/* RFC 1320, for the hash of an NTLM password */

static guint32
rotate (guint32 value, guint bits)
{
  return value << bits | value >> (32 - bits);
}

static void
md4_block (guint32 *state, const guint8 *block)
{
  static const guint8 order[3][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    { 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
    { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 },
  };
  static const guint8 shift[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
  static const guint32 constant[3] = { 0, 0x5a827999, 0x6ed9eba1 };
  guint32 x[16];
  guint32 s[4];

  for (guint i = 0; i < 16; i++)
    x[i] = block[4 * i] | (guint32) block[4 * i + 1] << 8 | (guint32) block[4 * i + 2] << 16 |
           (guint32) block[4 * i + 3] << 24;
  memcpy (s, state, sizeof s);

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 16; i++)
        {
          guint32 b = s[1], c = s[2], d = s[3];
          guint32 f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
          guint32 a = rotate (s[0] + f + x[order[round][i]] + constant[round], shift[round][i % 4]);

          s[0] = d;
          s[3] = c;
          s[2] = b;
          s[1] = a;
        }
    }

  for (guint i = 0; i < 4; i++)
    state[i] += s[i];
}

static void
md4 (const guint8 *data, gsize length, guint8 *digest)
{
  guint32 state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
  g_autoptr(GByteArray) padded = g_byte_array_new ();
  guint64 bits = GUINT64_TO_LE ((guint64) length * 8);
  const guint8 zeros[64] = { 0 };

  g_byte_array_append (padded, data, (guint) length);
  g_byte_array_append (padded, (const guint8 *) "\x80", 1);
  g_byte_array_append (padded, zeros, (64 + 56 - padded->len % 64) % 64);
  g_byte_array_append (padded, (const guint8 *) &bits, 8);

  for (guint i = 0; i < padded->len; i += 64)
    md4_block (state, padded->data + i);

  for (guint i = 0; i < 16; i++)
    digest[i] = (guint8) (state[i / 4] >> 8 * (i % 4));
}

static GBytes *
to_utf16 (const char *text)
{
  long items = 0;
  gunichar2 *units = g_utf8_to_utf16 (text, -1, NULL, &items, NULL);

  return g_bytes_new_take (units, (gsize) items * 2);
}

static void
hmac_md5 (const guint8 *key, const guint8 *first, gsize first_length, const guint8 *second, gsize second_length,
          guint8 *digest)
{
  g_autoptr(GHmac) hmac = g_hmac_new (G_CHECKSUM_MD5, key, 16);
  gsize size = 16;

  g_hmac_update (hmac, first, (gssize) first_length);
  g_hmac_update (hmac, second, (gssize) second_length);
  g_hmac_get_digest (hmac, digest, &size);
}

static char *
peer_of (SoupServerMessage *message)
{
  GInetSocketAddress *address = G_INET_SOCKET_ADDRESS (soup_server_message_get_remote_address (message));

  return g_strdup_printf ("%u", g_inet_socket_address_get_port (address));
}

static void
handle_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  ValijaHttpServer *self = user_data;
  g_autofree char *peer = peer_of (message);

  g_atomic_int_inc (&self->requests);
  if (!g_hash_table_contains (self->peers, peer))
    {
      g_atomic_int_inc (&self->connections);
      g_hash_table_insert (self->peers, g_steal_pointer (&peer), GINT_TO_POINTER (FALSE));
    }

  self->handler (self, message, self->user_data);
}

static gpointer
serve (gpointer data)
{
  ValijaHttpServer *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

ValijaHttpServer *
valija_http_server_new (GTlsCertificate *certificate, ValijaHttpHandler handler, gpointer user_data)
{
  ValijaHttpServer *self = g_new0 (ValijaHttpServer, 1);
  g_autoptr(GError) error = NULL;
  GSList *uris;

  self->handler = handler;
  self->user_data = user_data;
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->negotiate = g_byte_array_new ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);

  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (self->server, NULL, handle_cb, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (self->context);

  uris = soup_server_get_uris (self->server);
  self->port = (guint16) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->thread = g_thread_new ("http-server", serve, self);

  return self;
}

void
valija_http_server_free (ValijaHttpServer *self)
{
  g_main_context_invoke (self->context, quit_cb, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->peers);
  g_byte_array_unref (self->negotiate);
  g_free (self->challenge);
  g_free (self);
}

guint16
valija_http_server_get_port (ValijaHttpServer *self)
{
  return self->port;
}

char *
valija_http_server_dup_uri (ValijaHttpServer *self, const char *path)
{
  return g_strdup_printf ("https://localhost:%u%s", self->port, path);
}

guint
valija_http_server_get_requests (ValijaHttpServer *self)
{
  return (guint) g_atomic_int_get (&self->requests);
}

guint
valija_http_server_get_connections (ValijaHttpServer *self)
{
  return (guint) g_atomic_int_get (&self->connections);
}

guint
valija_http_server_get_secrets (ValijaHttpServer *self)
{
  return (guint) g_atomic_int_get (&self->secrets);
}

static gboolean
refuse (SoupServerMessage *message, const char *challenge)
{
  soup_message_headers_append (soup_server_message_get_response_headers (message), "WWW-Authenticate", challenge);
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
  return FALSE;
}

gboolean
valija_http_server_check_basic (ValijaHttpServer  *self,
                                SoupServerMessage *message,
                                const char        *user,
                                const char        *password)
{
  const char *given = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                    "Authorization");
  g_autofree char *plain = g_strdup_printf ("%s:%s", user, password);
  g_autofree char *encoded = g_base64_encode ((const guint8 *) plain, strlen (plain));
  g_autofree char *expected = g_strconcat ("Basic ", encoded, NULL);

  if (given != NULL)
    g_atomic_int_inc (&self->secrets);

  return g_strcmp0 (given, expected) == 0 || refuse (message, "Basic realm=\"there, here\"");
}

static char *
make_challenge (void)
{
  g_autoptr(GByteArray) message = g_byte_array_new ();
  g_autoptr(GBytes) domain = to_utf16 (DOMAIN);
  guint8 header[48] = "NTLMSSP\0\2";
  guint16 size = (guint16) g_bytes_get_size (domain);
  guint16 info[2] = { GUINT16_TO_LE (2), GUINT16_TO_LE (size) };
  guint16 end[2] = { 0, 0 };
  guint32 flags = GUINT32_TO_LE (0x00000001 | 0x00000200 | 0x00080000 | 0x00800000 | 0x00010000);
  g_autofree char *encoded = NULL;

  header[12] = header[14] = (guint8) size;
  header[16] = 48;
  memcpy (header + 20, &flags, 4);
  memcpy (header + 24, CHALLENGE, 8);
  header[40] = header[42] = (guint8) (size + 8);
  header[44] = (guint8) (48 + size);

  g_byte_array_append (message, header, 48);
  g_byte_array_append (message, g_bytes_get_data (domain, NULL), size);
  g_byte_array_append (message, (const guint8 *) info, 4);
  g_byte_array_append (message, g_bytes_get_data (domain, NULL), size);
  g_byte_array_append (message, (const guint8 *) end, 4);
  encoded = g_base64_encode (message->data, message->len);

  return g_strconcat ("NTLM ", encoded, NULL);
}

/* (transfer none) a field of a type 3 message */
static const guint8 *
field (const guint8 *message, gsize size, gsize at, gsize *length)
{
  gsize offset;

  g_assert_cmpuint (size, >=, at + 8);
  *length = message[at] | (gsize) message[at + 1] << 8;
  offset = message[at + 4] | (gsize) message[at + 5] << 8;
  g_assert_cmpuint (offset + *length, <=, size);

  return message + offset;
}

/* Whether the pairs have what MS-NLMP 3.1.5.1.2 makes of the tls-server-end-point of the certificate */
static gboolean
is_bound (ValijaHttpServer *self, const guint8 *pairs, gsize size)
{
  g_autoptr(GByteArray) der = NULL;
  g_autoptr(GByteArray) bindings = g_byte_array_new ();
  g_autoptr(GChecksum) sha256 = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr(GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  guint8 head[20] = { 0 };
  guint8 digest[32];
  gsize length = sizeof digest;

  g_object_get (soup_server_get_tls_certificate (self->server), "certificate", &der, NULL);
  g_checksum_update (sha256, der->data, der->len);
  g_checksum_get_digest (sha256, digest, &length);
  head[16] = 21 + 32;
  g_byte_array_append (bindings, head, sizeof head);
  g_byte_array_append (bindings, (const guint8 *) "tls-server-end-point:", 21);
  g_byte_array_append (bindings, digest, 32);
  g_checksum_update (md5, bindings->data, bindings->len);
  length = 16;
  g_checksum_get_digest (md5, digest, &length);

  for (gsize at = 0; at + 4 <= size; at += 4 + (pairs[at + 2] | (gsize) pairs[at + 3] << 8))
    {
      if (pairs[at] == 10)
        return at + 20 <= size && pairs[at + 2] == 16 && memcmp (pairs + at + 4, digest, 16) == 0;
    }

  return FALSE;
}

static void
check_integrity (ValijaHttpServer *self, const guint8 *message, gsize size, const guint8 *session)
{
  g_autoptr(GByteArray) all = g_byte_array_new ();
  g_autofree guint8 *bare = g_memdup2 (message, size);
  gsize length;
  g_autofree guint8 *challenge = NULL;
  guint8 digest[16];

  memset (bare + 72, 0, 16);
  challenge = g_base64_decode (self->challenge + 5, &length);
  g_byte_array_append (all, self->negotiate->data, self->negotiate->len);
  g_byte_array_append (all, challenge, (guint) length);
  hmac_md5 (session, all->data, all->len, bare, size, digest);
  g_assert_cmpmem (message + 72, 16, digest, 16);
}

static gboolean
verify_response (ValijaHttpServer *self, const guint8 *message, gsize size, const char *user, const char *password)
{
  g_autoptr(GBytes) secret = to_utf16 (password);
  g_autofree char *upper = g_utf8_strup (user, -1);
  g_autoptr(GBytes) name = to_utf16 (upper);
  gsize response_length;
  gsize domain_length;
  const guint8 *response = field (message, size, 20, &response_length);
  const guint8 *domain = field (message, size, 28, &domain_length);
  guint8 key[16];
  guint8 proof[16];
  guint8 session[16];

  if (response_length <= 24)
    return FALSE;

  md4 (g_bytes_get_data (secret, NULL), g_bytes_get_size (secret), key);
  hmac_md5 (key, g_bytes_get_data (name, NULL), g_bytes_get_size (name), domain, domain_length, key);
  hmac_md5 (key, (const guint8 *) CHALLENGE, 8, response + 16, response_length - 16, proof);
  if (memcmp (proof, response, 16) != 0)
    return FALSE;

  /* Who knows the password is bound to this channel, and nobody has changed a message. */
  g_assert_true (is_bound (self, response + 44, response_length - 44));
  hmac_md5 (key, proof, 16, NULL, 0, session);
  check_integrity (self, message, size, session);

  return TRUE;
}

gboolean
valija_http_server_check_ntlm (ValijaHttpServer  *self,
                               SoupServerMessage *message,
                               const char        *user,
                               const char        *password)
{
  const char *given = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                    "Authorization");
  g_autofree char *peer = peer_of (message);
  g_autofree guint8 *decoded = NULL;
  gsize size;

  if (given == NULL)
    return GPOINTER_TO_INT (g_hash_table_lookup (self->peers, peer)) || refuse (message, "NTLM");

  g_assert_true (g_str_has_prefix (given, "NTLM "));
  decoded = g_base64_decode (given + 5, &size);
  g_assert_cmpuint (size, >=, 12);
  g_assert_cmpmem (decoded, 8, "NTLMSSP", 8);

  if (decoded[8] == 1)
    {
      g_free (self->challenge);
      self->challenge = make_challenge ();
      g_byte_array_set_size (self->negotiate, 0);
      g_byte_array_append (self->negotiate, decoded, (guint) size);

      return refuse (message, self->challenge);
    }

  g_assert_cmpuint (decoded[8], ==, 3);
  g_atomic_int_inc (&self->secrets);
  if (!verify_response (self, decoded, size, user, password))
    return refuse (message, "NTLM");

  g_hash_table_insert (self->peers, g_steal_pointer (&peer), GINT_TO_POINTER (TRUE));
  return TRUE;
}
