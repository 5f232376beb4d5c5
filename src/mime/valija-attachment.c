/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "mime/valija-composition-private.h"

#include "base/valija-error.h"
#include "mime/valija-mime-header.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _ValijaAttachment
{
  GObject parent_instance;

  char *name;
  char *type;
  guint64 size;
  GFile *file;              /* nullable: then it is @bytes */
  GBytes *bytes;            /* nullable */
  char *content_id;         /* nullable */
};

G_DEFINE_FINAL_TYPE (ValijaAttachment, valija_attachment, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TYPE,
  PROP_SIZE,
  PROP_FILE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static gboolean
is_token (const char *p,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (p[i]) && strchr ("!#$&-^_.+", p[i]) == NULL)
      return FALSE;

  return length > 0 && length <= 127;
}

/* A type that may stand in a header, and that says no more about the inside than we can keep: a
 * file is one opaque thing. */
static char *
make_type (const char *type)
{
  g_autofree char *lower = type != NULL ? g_ascii_strdown (type, strcspn (type, "; ")) : NULL;
  const char *slash = lower != NULL ? strchr (lower, '/') : NULL;

  if (slash == NULL || !is_token (lower, slash - lower) ||
      !is_token (slash + 1, strlen (slash + 1)) || g_str_has_prefix (lower, "multipart/") ||
      strcmp (lower, "message/partial") == 0 || strcmp (lower, "message/external-body") == 0)
    return g_strdup ("application/octet-stream");

  return g_steal_pointer (&lower);
}

static void
valija_attachment_finalize (GObject *object)
{
  ValijaAttachment *self = VALIJA_ATTACHMENT (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->content_id, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (valija_attachment_parent_class)->finalize (object);
}

static void
valija_attachment_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  ValijaAttachment *self = VALIJA_ATTACHMENT (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_TYPE:
      g_value_set_string (value, self->type);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_attachment_class_init (ValijaAttachmentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = valija_attachment_finalize;
  object_class->get_property = valija_attachment_get_property;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "",
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_TYPE] = g_param_spec_string ("type", NULL, NULL, "",
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_attachment_init (ValijaAttachment *self)
{
}

/**
 * valija_attachment_new_for_file:
 * @file: a file, which is read when the message is built
 *
 * Asks for the file's name, type and size, which blocks shortly.
 *
 * Returns: (transfer full) (nullable): the attachment, or NULL with VALIJA_ERROR_INVALID
 */
ValijaAttachment *
valija_attachment_new_for_file (GFile   *file,
                                GError **error)
{
  g_autoptr(ValijaAttachment) self = NULL;
  g_autoptr(GFileInfo) info = NULL;
  g_autoptr(GError) local_error = NULL;
  g_autofree char *type = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  info = g_file_query_info (file,
                            G_FILE_ATTRIBUTE_STANDARD_TYPE
                            "," G_FILE_ATTRIBUTE_STANDARD_SIZE
                            "," G_FILE_ATTRIBUTE_STANDARD_DISPLAY_NAME
                            "," G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE,
                            G_FILE_QUERY_INFO_NONE, NULL, &local_error);
  if (info == NULL)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID, _("The file cannot be attached: %s."),
                        valija_reason_of_error (local_error));
      return NULL;
    }
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      valija_error_set (error, VALIJA_ERROR_INVALID,
                        _("“%s” is no file. Pack folders into an archive to send them."),
                        g_file_info_get_display_name (info));
      return NULL;
    }

  self = g_object_new (VALIJA_TYPE_ATTACHMENT, NULL);
  if (g_file_info_get_content_type (info) != NULL)
    type = g_content_type_get_mime_type (g_file_info_get_content_type (info));
  self->name = valija_mime_clean_text (g_file_info_get_display_name (info), -1);
  self->type = make_type (type);
  self->size = g_file_info_get_size (info);
  self->file = g_object_ref (file);

  return g_steal_pointer (&self);
}

/**
 * valija_attachment_new_for_bytes:
 * @type: (nullable): its MIME type
 *
 * Returns: (transfer full): an attachment that is in memory already
 */
ValijaAttachment *
valija_attachment_new_for_bytes (const char *name,
                                 const char *type,
                                 GBytes     *bytes)
{
  ValijaAttachment *self;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (bytes != NULL, NULL);

  self = g_object_new (VALIJA_TYPE_ATTACHMENT, NULL);
  self->name = valija_mime_clean_text (name, -1);
  self->type = make_type (type);
  self->size = g_bytes_get_size (bytes);
  self->bytes = g_bytes_ref (bytes);

  return self;
}

const char *
valija_attachment_get_name (ValijaAttachment *self)
{
  g_return_val_if_fail (VALIJA_IS_ATTACHMENT (self), NULL);

  return self->name;
}

const char *
valija_attachment_get_mime_type (ValijaAttachment *self)
{
  g_return_val_if_fail (VALIJA_IS_ATTACHMENT (self), NULL);

  return self->type;
}

guint64
valija_attachment_get_size (ValijaAttachment *self)
{
  g_return_val_if_fail (VALIJA_IS_ATTACHMENT (self), 0);

  return self->size;
}

void
valija_attachment_set_content_id (ValijaAttachment *self,
                                  const char       *content_id)
{
  g_return_if_fail (VALIJA_IS_ATTACHMENT (self));

  g_free (self->content_id);
  self->content_id = content_id != NULL && *content_id != '\0'
                         ? valija_mime_normalise_ids (content_id)
                         : NULL;

  /* An id without "@" is one too here */
  if (self->content_id != NULL && *self->content_id == '\0')
    {
      g_free (self->content_id);
      self->content_id = g_strdelimit (valija_mime_clean_text (content_id, -1), " <>", '_');
    }
}

const char *
valija_attachment_get_content_id (ValijaAttachment *self)
{
  return self->content_id;
}

GFile *
valija_attachment_get_file (ValijaAttachment *self)
{
  return self->file;
}

GBytes *
valija_attachment_get_bytes (ValijaAttachment *self)
{
  return self->bytes;
}
