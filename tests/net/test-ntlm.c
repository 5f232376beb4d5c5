/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/valija-error.h"
#include "net/valija-ntlm.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PASSWORD "Password"

/* The challenge of MS-NLMP 4.2.4 (version 2), with "Server" and "Domain" as what the server says of itself */
static const guint8 challenge_bytes[] =
  "NTLMSSP\0\x02\0\0\0\x0c\0\x0c\0\x38\0\0\0\x33\x82\x8a\xe2\x01\x23\x45\x67\x89\xab\xcd\xef\0\0\0\0\0\0\0\0"
  "\x24\0\x24\0\x44\0\0\0\x06\0\x70\x17\0\0\0\x0fS\0e\0r\0v\0e\0r\0"
  "\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S\0e\0r\0v\0e\0r\0\0\0\0\0";

static gsize
get_16 (const guint8 *data)
{
  return data[0] | (gsize) data[1] << 8;
}

static GBytes *
answer (GBytes *challenge, const char *user, GError **error)
{
  g_autoptr(GBytes) negotiate = valija_ntlm_negotiate ();
  g_autoptr(ValijaSecret) password = valija_secret_new (PASSWORD, -1);

  return valija_ntlm_authenticate (negotiate, challenge, user, password, "mail.example.org", NULL, error);
}

static void
assert_field (const guint8 *message, gsize size, gsize at, const char *expected)
{
  gsize length = get_16 (message + at);
  gsize offset = get_16 (message + at + 4);
  g_autofree char *text = NULL;

  g_assert_cmpuint (offset + length, <=, size);
  text = g_convert ((const char *) message + offset, (gssize) length, "UTF-8", "UTF-16LE", NULL, NULL, NULL);
  g_assert_cmpstr (text, ==, expected);
}

/* NTOWFv2 ("Password", "User", "Domain") of MS-NLMP 4.2.4.1.1 */
static const guint8 key[] = { 0x0c, 0x86, 0x8a, 0x40, 0x3b, 0xfd, 0x7a, 0x93,
                              0xa3, 0x00, 0x1e, 0xf2, 0x2e, 0xf0, 0x2e, 0x3f };

static void
test_proof (void)
{
  g_autoptr(GBytes) challenge = g_bytes_new_static (challenge_bytes, sizeof challenge_bytes - 1);
  g_autoptr(GBytes) bytes = answer (challenge, "Domain\\User", NULL);
  g_autoptr(GHmac) hmac = g_hmac_new (G_CHECKSUM_MD5, key, sizeof key);
  gsize size;
  const guint8 *message = g_bytes_get_data (bytes, &size);
  gsize length = get_16 (message + 20);
  const guint8 *response = message + get_16 (message + 24);
  guint8 proof[16];
  gsize proof_size = sizeof proof;

  g_assert_cmpmem (message, 12, "NTLMSSP\0\3\0\0\0", 12);
  g_hmac_update (hmac, challenge_bytes + 24, 8);
  g_hmac_update (hmac, response + 16, (gssize) length - 16);
  g_hmac_get_digest (hmac, proof, &proof_size);
  g_assert_cmpmem (response, 16, proof, 16);
}

static void
test_names (void)
{
  static const struct
  {
    const char *user;
    const char *domain;
    const char *name;
  } cases[] = {
    { "Domain\\User", "Domain", "User" },
    { "ÁREA/josé", "ÁREA", "josé" },
    { "user@example.org", "", "user@example.org" },
    { "User", "Domain", "User" }, /* the server's own */
    { "", "Domain", "" },
  };
  g_autoptr(GBytes) challenge = g_bytes_new_static (challenge_bytes, sizeof challenge_bytes - 1);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GBytes) bytes = answer (challenge, cases[i].user, NULL);
      gsize size;
      const guint8 *message = g_bytes_get_data (bytes, &size);

      assert_field (message, size, 28, cases[i].domain);
      assert_field (message, size, 36, cases[i].name);
    }
}

/* Cut anywhere, and every byte changed to the worst: an answer or an error, and no byte beyond. */
static void
test_broken (void)
{
  gsize size = sizeof challenge_bytes - 1;

  for (gsize i = 0; i < size; i++)
    {
      static const guint8 values[] = { 0x00, 0x7f, 0xff };
      g_autofree guint8 *copy = g_memdup2 (challenge_bytes, size);
      g_autoptr(GBytes) cut = g_bytes_new (challenge_bytes, i);
      g_autoptr(GBytes) result = NULL;
      g_autoptr(GError) error = NULL;

      result = answer (cut, "User", &error);
      g_assert_true ((result == NULL) == (error != NULL));
      if (i < 32)
        g_assert_error (error, VALIJA_ERROR, VALIJA_ERROR_PROTOCOL);

      for (gsize n = 0; n < G_N_ELEMENTS (values); n++)
        {
          guint8 old = copy[i];
          g_autoptr(GBytes) changed = NULL;
          g_autoptr(GBytes) other = NULL;

          copy[i] = values[n];
          changed = g_bytes_new (copy, size);
          other = answer (changed, "User", NULL);
          copy[i] = old;
        }
    }
}

/* "kAnArIeNvOgElTje", so that the program itself holds it nowhere */
#define MASK 0x55
static const guint8 masked[] = { 'k' ^ MASK, 'A' ^ MASK, 'n' ^ MASK, 'A' ^ MASK, 'r' ^ MASK, 'I' ^ MASK,
                                 'e' ^ MASK, 'N' ^ MASK, 'v' ^ MASK, 'O' ^ MASK, 'g' ^ MASK, 'E' ^ MASK,
                                 'l' ^ MASK, 'T' ^ MASK, 'j' ^ MASK, 'e' ^ MASK };

static guint
count_between (const guint8 *from, const guint8 *to, gsize width)
{
  guint n = 0;

  for (const guint8 *at = from; at + sizeof masked * width <= to; at++)
    {
      gsize i = 0;

      while (i < sizeof masked && (at[i * width] ^ MASK) == masked[i] && (width == 1 || at[i * width + 1] == 0))
        i++;
      if (i == sizeof masked)
        n++;
    }

  return n;
}

#define CHUNK_SIZE (1024 * 1024)

static struct
{
  off_t from;
  off_t to;
} regions[1024];
static guint n_regions;

/* Where there is memory that could hold it. Not looked up by each count, since that takes memory itself, which may be
 * what has just been freed. */
static void
find_regions (void)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  n_regions = 0;

  for (guint i = 0; lines[i] != NULL && n_regions < G_N_ELEMENTS (regions); i++)
    {
      char *end = NULL;
      guint64 from = g_ascii_strtoull (lines[i], &end, 16);
      guint64 to = *end == '-' ? g_ascii_strtoull (end + 1, &end, 16) : 0;

      /* What is larger is a sanitizer's own */
      if (to > from && to - from <= 64 * 1024 * 1024 && g_str_has_prefix (end, " rw-p"))
        {
          regions[n_regions].from = (off_t) from;
          regions[n_regions++].to = (off_t) to;
        }
    }
}

/* Copies what is there now into @chunk, piece by piece: what was given back to the system since it was found is then an
 * error of the file, and no fault. What a sanitizer has poisoned is looked at as well. */
static guint
count_in_region (int memory, guint8 *chunk, off_t from, off_t to, gsize width)
{
  const off_t page = sysconf (_SC_PAGESIZE);
  const gssize length = (gssize) (sizeof masked * width);
  guint n = 0;

  while (from < to)
    {
      gssize got = pread (memory, chunk, (gsize) MIN (CHUNK_SIZE, to - from), from);

      if (got <= 0)
        {
          from = (from / page + 1) * page;
          continue;
        }

      n += count_between (chunk, chunk + got, width);
      /* One that stands across the end of this piece is in the next one */
      from += from + got < to && got >= length ? got - length + 1 : got;
    }

  return n;
}

/* How often the masked password stands in the memory of this process, in UTF-8 (@width 1) or UTF-16 (2). */
static guint
count_in_memory (gsize width)
{
  int memory = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  /* Shared, so that find_regions() leaves it out: it holds copies */
  guint8 *chunk = mmap (NULL, CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  guint n = 0;

  g_assert_cmpint (memory, >=, 0);
  g_assert_true (chunk != MAP_FAILED);
  for (guint i = 0; i < n_regions; i++)
    n += count_in_region (memory, chunk, regions[i].from, regions[i].to, width);
  g_assert_cmpint (munmap (chunk, CHUNK_SIZE), ==, 0);
  g_assert_cmpint (close (memory), ==, 0);

  return n;
}

/* Once the secret is gone, neither it nor what was made of it on the way is anywhere. */
static void
test_wiped (void)
{
  g_autoptr(GBytes) challenge = g_bytes_new_static (challenge_bytes, sizeof challenge_bytes - 1);
  g_autoptr(GBytes) negotiate = valija_ntlm_negotiate ();
  g_autoptr(GBytes) message = NULL;
  g_autoptr(GError) error = NULL;
  ValijaSecret *password;
  /* What is freed loses its first octets to the allocator: what is looked for is the end */
  char plain[64 * sizeof masked];
  char *end = plain + sizeof plain - sizeof masked;
  guint8 wide[2 * sizeof masked] = { 0 };

  memset (plain, 'x', sizeof plain);
  for (gsize i = 0; i < sizeof masked; i++)
    wide[2 * i] = end[i] = (char) (masked[i] ^ MASK);

  password = valija_secret_new (plain, sizeof plain);
  /* Room within what is looked at */
  g_free (g_malloc (65536));
  find_regions ();
  g_assert_cmpuint (count_in_memory (1), >=, 2);
  g_assert_cmpuint (count_in_memory (2), >=, 1);
  valija_wipe (plain, sizeof plain);
  valija_wipe (wide, sizeof wide);

  message = valija_ntlm_authenticate (negotiate, challenge, "Domain\\User", password, "mail.example.org", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_in_memory (1), ==, 1);
  g_assert_cmpuint (count_in_memory (2), ==, 0);
  valija_secret_unref (password);
  find_regions ();
  g_assert_cmpuint (count_in_memory (1), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/net/ntlm/proof", test_proof);
  g_test_add_func ("/net/ntlm/names", test_names);
  g_test_add_func ("/net/ntlm/broken", test_broken);
  g_test_add_func ("/net/ntlm/wiped", test_wiped);

  return g_test_run ();
}
