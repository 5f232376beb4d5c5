/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz/valija-fuzz.h"

#include <string.h>

#define SEED 20260801
#define MUTATIONS 6000
#define INPUT_LIMIT (64 * 1024)

static const char * const tokens[] = {
  "\r\n", "\n", "\r", ".", "..", "\r\n.\r\n", "\0", "\377\376", "(", ")", "\"", "{", "}", "{4294967295}", "+", "-",
  "*", " ", ",", "=",
  "99999999999999999999", "4294967296", "-1", "0", "NIL", "BODY[", "]", "<", ">", "&", "\\",
};

static GPtrArray *seeds; /* of GBytes */

static void
mutate (GRand      *rand,
        GByteArray *input)
{
  guint at = input->len > 0 ? g_rand_int_range (rand, 0, input->len) : 0;
  guint rest = input->len - at;
  const char *token;

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      if (rest > 0)
        input->data[at] ^= 1 << g_rand_int_range (rand, 0, 8);
      break;

    case 1:
      if (rest > 0)
        g_byte_array_remove_range (input, at, g_rand_int_range (rand, 1, MIN (rest, 40) + 1));
      break;

    case 2:
      if (rest > 0 && input->len < INPUT_LIMIT)
        {
          guint n = g_rand_int_range (rand, 1, rest + 1);
          g_autofree guint8 *copy = g_memdup2 (input->data + at, n);

          g_byte_array_append (input, copy, n);
        }
      break;

    case 3:
      g_byte_array_set_size (input, at);
      break;

    case 4:
      {
        GBytes *other = g_ptr_array_index (seeds, g_rand_int_range (rand, 0, seeds->len));

        if (input->len < INPUT_LIMIT)
          g_byte_array_append (input, g_bytes_get_data (other, NULL), g_bytes_get_size (other));
      }
      break;

    default:
      token = tokens[g_rand_int_range (rand, 0, G_N_ELEMENTS (tokens))];
      g_byte_array_append (input, (const guint8 *) token, MAX (strlen (token), 1));
      if (rest > 0)
        {
          /* Put in the middle by swapping halves: no less of a mess, and no allocation */
          g_autofree guint8 *tail = g_memdup2 (input->data + at, rest);
          guint n = input->len - at - rest;

          memmove (input->data + at, input->data + at + rest, n);
          memcpy (input->data + at + n, tail, rest);
        }
      break;
    }
}

/* In memory of exactly its size, so that a byte too far is seen. */
static void
run (const guint8 *data,
     gsize         size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);

  LLVMFuzzerTestOneInput (copy, size);
}

static void
test_corpus (void)
{
  for (guint i = 0; i < seeds->len; i++)
    {
      GBytes *seed = g_ptr_array_index (seeds, i);

      run (g_bytes_get_data (seed, NULL), g_bytes_get_size (seed));
    }
}

static void
test_mutations (void)
{
  GRand *rand = g_rand_new_with_seed (SEED);

  for (guint i = 0; i < MUTATIONS; i++)
    {
      GBytes *seed = g_ptr_array_index (seeds, i % seeds->len);
      g_autoptr(GByteArray) input = g_byte_array_new ();

      g_byte_array_append (input, g_bytes_get_data (seed, NULL), g_bytes_get_size (seed));
      for (int n = g_rand_int_range (rand, 1, 8); n > 0; n--)
        mutate (rand, input);
      run (input->data, input->len);
    }

  g_rand_free (rand);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/* Sorted, for a directory has no order that would be the same everywhere. */
static void
load_seeds (const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) directory = g_dir_open (path, 0, &error);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (directory)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *file = g_build_filename (path, g_ptr_array_index (names, i), NULL);
      char *content;
      gsize length;

      g_file_get_contents (file, &content, &length, &error);
      g_assert_no_error (error);
      g_ptr_array_add (seeds, g_bytes_new_take (content, length));
    }

  g_assert_cmpuint (seeds->len, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  load_seeds (argv[1]);

  g_test_add_func ("/fuzz/corpus", test_corpus);
  g_test_add_func ("/fuzz/mutations", test_mutations);

  status = g_test_run ();
  g_ptr_array_unref (seeds);

  return status;
}
