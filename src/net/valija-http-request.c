/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "net/valija-http-request-private.h"

#include <string.h>

#define DEFAULT_LIMIT (G_GUINT64_CONSTANT (256) * 1024 * 1024)

G_DEFINE_BOXED_TYPE (ValijaHttpRequest, valija_http_request, valija_http_request_ref, valija_http_request_unref)

static void
header_free (gpointer data)
{
  ValijaHttpHeader *header = data;

  g_free (header->name);
  g_free (header->value);
  g_free (header);
}

static void
part_clear (gpointer data)
{
  ValijaHttpPart *part = data;

  g_bytes_unref (part->bytes);
}

static void
add_part (ValijaHttpRequest *self, GBytes *bytes, gboolean base64)
{
  ValijaHttpPart part = { g_bytes_ref (bytes), base64 };
  guint64 size = g_bytes_get_size (bytes);

  g_array_append_val (self->parts, part);
  self->length += base64 ? (size + 2) / 3 * 4 : size;
}

/**
 * valija_http_request_new:
 * @method: "GET", "POST" or another
 * @uri: absolute, http or https; whether it is valid is seen when it is sent
 *
 * Returns: (transfer full): a request without a body
 */
ValijaHttpRequest *
valija_http_request_new (const char *method, const char *uri)
{
  static const char * const idempotent[] = { "GET", "HEAD", "PUT", "DELETE", NULL };
  ValijaHttpRequest *self;

  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  self = g_new0 (ValijaHttpRequest, 1);
  g_ref_count_init (&self->ref_count);
  self->method = g_strdup (method);
  self->uri = g_strdup (uri);
  self->headers = g_ptr_array_new_with_free_func (header_free);
  self->parts = g_array_new (FALSE, FALSE, sizeof (ValijaHttpPart));
  g_array_set_clear_func (self->parts, part_clear);
  self->limit = DEFAULT_LIMIT;
  self->idempotent = g_strv_contains (idempotent, method);

  return self;
}

/**
 * valija_http_request_ref:
 * @self: a request
 *
 * Returns: (transfer full): @self
 */
ValijaHttpRequest *
valija_http_request_ref (ValijaHttpRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * valija_http_request_unref:
 * @self: (transfer full): a request
 */
void
valija_http_request_unref (ValijaHttpRequest *self)
{
  g_return_if_fail (self != NULL);

  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_free (self->method);
  g_free (self->uri);
  g_free (self->content_type);
  g_ptr_array_unref (self->headers);
  g_array_unref (self->parts);
  if (self->gone_destroy != NULL)
    self->gone_destroy (self->gone_data);
  g_free (self);
}

/**
 * valija_http_request_set_header:
 * @self: a request that was not sent yet
 * @name: a header; who signs in is not told here
 * @value: in one line
 *
 * Replaces the header of that name.
 */
void
valija_http_request_set_header (ValijaHttpRequest *self, const char *name, const char *value)
{
  ValijaHttpHeader *header;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL && g_ascii_strcasecmp (name, "Authorization") != 0);
  g_return_if_fail (value != NULL && strpbrk (value, "\r\n") == NULL);

  for (guint i = 0; i < self->headers->len; i++)
    {
      header = g_ptr_array_index (self->headers, i);

      if (g_ascii_strcasecmp (header->name, name) == 0)
        {
          g_set_str (&header->value, value);
          return;
        }
    }

  header = g_new0 (ValijaHttpHeader, 1);
  header->name = g_strdup (name);
  header->value = g_strdup (value);
  g_ptr_array_add (self->headers, header);
}

/**
 * valija_http_request_set_content_type:
 * @self: a request that was not sent yet
 * @content_type: what its body is; with it even an empty body is sent as one
 */
void
valija_http_request_set_content_type (ValijaHttpRequest *self, const char *content_type)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (content_type != NULL);

  g_set_str (&self->content_type, content_type);
}

/**
 * valija_http_request_add_bytes:
 * @self: a request that was not sent yet
 * @bytes: (transfer none): the next part of its body, sent as they are
 */
void
valija_http_request_add_bytes (ValijaHttpRequest *self, GBytes *bytes)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (bytes != NULL);

  add_part (self, bytes, FALSE);
}

/**
 * valija_http_request_add_text:
 * @self: a request that was not sent yet
 * @text: the next part of its body
 */
void
valija_http_request_add_text (ValijaHttpRequest *self, const char *text)
{
  g_autoptr(GBytes) bytes = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (text != NULL);

  bytes = g_bytes_new (text, strlen (text));
  add_part (self, bytes, FALSE);
}

/**
 * valija_http_request_add_base64:
 * @self: a request that was not sent yet
 * @bytes: (transfer none): the next part of its body, sent in Base64 (RFC 4648 §4) without line
 *   breaks, which is made as it is sent
 */
void
valija_http_request_add_base64 (ValijaHttpRequest *self, GBytes *bytes)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (bytes != NULL);

  add_part (self, bytes, TRUE);
}

/**
 * valija_http_request_set_idempotent:
 * @self: a request that was not sent yet
 * @idempotent: whether doing it twice does what doing it once does; it then is sent again (once)
 *   when a kept connection turns out dead
 */
void
valija_http_request_set_idempotent (ValijaHttpRequest *self, gboolean idempotent)
{
  g_return_if_fail (self != NULL);

  self->idempotent = !!idempotent;
}

/**
 * valija_http_request_set_timeout:
 * @self: a request that was not sent yet
 * @seconds: how long the server may be silent; 0 is for ever
 */
void
valija_http_request_set_timeout (ValijaHttpRequest *self, guint seconds)
{
  g_return_if_fail (self != NULL);

  self->has_timeout = TRUE;
  self->timeout = seconds;
}

/**
 * valija_http_request_set_streaming:
 * @self: a request that was not sent yet
 * @streaming: whether it takes a connection beside the others
 */
void
valija_http_request_set_streaming (ValijaHttpRequest *self, gboolean streaming)
{
  g_return_if_fail (self != NULL);

  self->streaming = !!streaming;
}

/**
 * valija_http_request_set_gone_func:
 * @self: a request that was not sent yet
 * @func: told while the body goes out
 * @user_data: (transfer full): for @func
 * @destroy: (nullable): frees it
 */
void
valija_http_request_set_gone_func (ValijaHttpRequest  *self,
                                   ValijaHttpGoneFunc  func,
                                   gpointer            user_data,
                                   GDestroyNotify      destroy)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (self->gone_func == NULL && func != NULL);

  self->gone_func = func;
  self->gone_data = user_data;
  self->gone_destroy = destroy;
}

/**
 * valija_http_request_set_anonymous:
 * @self: a request that was not sent yet
 * @anonymous: whether it goes without signing in, and a 401 is a response like others
 */
void
valija_http_request_set_anonymous (ValijaHttpRequest *self, gboolean anonymous)
{
  g_return_if_fail (self != NULL);

  self->anonymous = !!anonymous;
}

/**
 * valija_http_request_set_limit:
 * @self: a request that was not sent yet
 * @bytes: how large the response's body may get, decompressed
 */
void
valija_http_request_set_limit (ValijaHttpRequest *self, guint64 bytes)
{
  g_return_if_fail (self != NULL);

  self->limit = bytes;
}
