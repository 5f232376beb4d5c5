/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-message.h"

struct _ValijaMessage
{
  GObject parent_instance;

  gint64 key;
  gint64 id;
  gint64 conversation;
  guint n_messages;
  GArray *members;
  GArray *places;
  GPtrArray *people;
  ValijaFolder *folder;
  char *remote_id;
  char *message_id;
  char *subject;
  char *sender;
  char *sender_address;
  char *recipients;
  char *preview;
  char **labels;            /* nullable: none */
  char **common_labels;     /* nullable: none; of a conversation only */
  gint64 date;
  guint64 size;
  ValijaFlags flags;
  guint loaded : 1;
  guint has_attachments : 1;
  guint has_source : 1;
};

G_DEFINE_FINAL_TYPE (ValijaMessage, valija_message, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_ID,
  PROP_LOADED,
  PROP_FOLDER,
  PROP_SUBJECT,
  PROP_SENDER,
  PROP_SENDER_ADDRESS,
  PROP_RECIPIENTS,
  PROP_DATE,
  PROP_FLAGS,
  PROP_LABELS,
  PROP_UNREAD,
  PROP_FLAGGED,
  PROP_HAS_ATTACHMENTS,
  PROP_SIZE,
  PROP_PREVIEW,
  PROP_HAS_SOURCE,
  PROP_N_MESSAGES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

ValijaParticipant *
valija_participant_new (const char *label,
                        const char *address)
{
  ValijaParticipant *self = g_new0 (ValijaParticipant, 1);

  self->label = g_strdup (label);
  self->address = g_strdup (address);

  return self;
}

void
valija_participant_free (ValijaParticipant *self)
{
  g_free (self->label);
  g_free (self->address);
  g_free (self);
}

ValijaMessageRow *
valija_message_row_new (void)
{
  return g_new0 (ValijaMessageRow, 1);
}

/**
 * valija_message_row_copy:
 *
 * Returns: (transfer full): the same values, without those of a conversation
 */
ValijaMessageRow *
valija_message_row_copy (const ValijaMessageRow *self)
{
  ValijaMessageRow *copy = g_memdup2 (self, sizeof *self);

  copy->remote_id = g_strdup (self->remote_id);
  copy->message_id = g_strdup (self->message_id);
  copy->subject = g_strdup (self->subject);
  copy->sender = g_strdup (self->sender);
  copy->sender_address = g_strdup (self->sender_address);
  copy->recipients = g_strdup (self->recipients);
  copy->preview = g_strdup (self->preview);
  copy->labels = g_strdupv (self->labels);
  copy->n_messages = 0;
  copy->n_unread = 0;
  copy->common_labels = NULL;
  copy->members = NULL;
  copy->places = NULL;
  copy->people = NULL;

  return copy;
}

void
valija_message_row_free (ValijaMessageRow *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->members, g_array_unref);
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->people, g_ptr_array_unref);

  g_free (self->remote_id);
  g_free (self->message_id);
  g_free (self->subject);
  g_free (self->sender);
  g_free (self->sender_address);
  g_free (self->recipients);
  g_free (self->preview);
  g_strfreev (self->common_labels);
  g_strfreev (self->labels);
  g_free (self);
}

static void
valija_message_dispose (GObject *object)
{
  ValijaMessage *self = VALIJA_MESSAGE (object);

  g_clear_object (&self->folder);

  G_OBJECT_CLASS (valija_message_parent_class)->dispose (object);
}

static void
valija_message_finalize (GObject *object)
{
  ValijaMessage *self = VALIJA_MESSAGE (object);

  g_clear_pointer (&self->members, g_array_unref);
  g_clear_pointer (&self->places, g_array_unref);
  g_clear_pointer (&self->people, g_ptr_array_unref);
  g_free (self->remote_id);
  g_free (self->message_id);
  g_free (self->subject);
  g_free (self->sender);
  g_free (self->sender_address);
  g_free (self->recipients);
  g_free (self->preview);
  g_strfreev (self->common_labels);
  g_strfreev (self->labels);

  G_OBJECT_CLASS (valija_message_parent_class)->finalize (object);
}

static void
valija_message_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  ValijaMessage *self = VALIJA_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_int64 (value, self->id);
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->loaded);
      break;
    case PROP_FOLDER:
      g_value_set_object (value, self->folder);
      break;
    case PROP_SUBJECT:
      g_value_set_string (value, valija_message_get_subject (self));
      break;
    case PROP_SENDER:
      g_value_set_string (value, valija_message_get_sender (self));
      break;
    case PROP_SENDER_ADDRESS:
      g_value_set_string (value, valija_message_get_sender_address (self));
      break;
    case PROP_RECIPIENTS:
      g_value_set_string (value, valija_message_get_recipients (self));
      break;
    case PROP_DATE:
      g_value_set_int64 (value, self->date);
      break;
    case PROP_FLAGS:
      g_value_set_uint (value, self->flags);
      break;
    case PROP_LABELS:
      g_value_set_boxed (value, valija_message_get_labels (self));
      break;
    case PROP_UNREAD:
      g_value_set_boolean (value, valija_message_get_unread (self));
      break;
    case PROP_FLAGGED:
      g_value_set_boolean (value, valija_message_get_flagged (self));
      break;
    case PROP_HAS_ATTACHMENTS:
      g_value_set_boolean (value, self->has_attachments);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_PREVIEW:
      g_value_set_string (value, self->preview);
      break;
    case PROP_HAS_SOURCE:
      g_value_set_boolean (value, self->has_source);
      break;
    case PROP_N_MESSAGES:
      g_value_set_uint (value, self->n_messages);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_message_class_init (ValijaMessageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = valija_message_dispose;
  object_class->finalize = valija_message_finalize;
  object_class->get_property = valija_message_get_property;

  properties[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  properties[PROP_FOLDER] = g_param_spec_object ("folder", NULL, NULL, VALIJA_TYPE_FOLDER, flags);
  properties[PROP_SUBJECT] = g_param_spec_string ("subject", NULL, NULL, "", flags);
  properties[PROP_SENDER] = g_param_spec_string ("sender", NULL, NULL, "", flags);
  properties[PROP_SENDER_ADDRESS] = g_param_spec_string ("sender-address", NULL, NULL, "", flags);
  properties[PROP_RECIPIENTS] = g_param_spec_string ("recipients", NULL, NULL, "", flags);
  properties[PROP_DATE] = g_param_spec_int64 ("date", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_FLAGS] = g_param_spec_uint ("flags", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LABELS] = g_param_spec_boxed ("labels", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_UNREAD] = g_param_spec_boolean ("unread", NULL, NULL, FALSE, flags);
  properties[PROP_FLAGGED] = g_param_spec_boolean ("flagged", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_ATTACHMENTS] = g_param_spec_boolean ("has-attachments", NULL, NULL, FALSE, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_PREVIEW] = g_param_spec_string ("preview", NULL, NULL, NULL, flags);
  properties[PROP_N_MESSAGES] = g_param_spec_uint ("n-messages", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_HAS_SOURCE] = g_param_spec_boolean ("has-source", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_message_init (ValijaMessage *self)
{
}

ValijaMessage *
valija_message_new (gint64 id)
{
  ValijaMessage *self = valija_message_new_conversation (id);

  self->id = id;

  return self;
}

ValijaMessage *
valija_message_new_conversation (gint64 key)
{
  ValijaMessage *self = g_object_new (VALIJA_TYPE_MESSAGE, NULL);

  self->key = key;

  return self;
}

static void
fill_text (ValijaMessage *self,
           char         **field,
           const char    *text,
           guint          prop_id)
{
  if (g_set_str (field, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static gboolean
equal_people (GPtrArray *a,
              GPtrArray *b)
{
  if (a == NULL || b == NULL || a->len != b->len)
    return a == b;

  for (guint i = 0; i < a->len; i++)
    {
      const ValijaParticipant *person_a = g_ptr_array_index (a, i);
      const ValijaParticipant *person_b = g_ptr_array_index (b, i);

      if (person_a->unread != person_b->unread || !g_str_equal (person_a->label, person_b->label) ||
          !g_str_equal (person_a->address, person_b->address))
        return FALSE;
    }

  return TRUE;
}

static void
fill_conversation (ValijaMessage          *self,
                   const ValijaMessageRow *row)
{
  guint n_members = row->members != NULL ? row->members->len : 0;
  gboolean same = self->n_messages == row->n_messages && equal_people (self->people, row->people) &&
                  (self->members != NULL ? self->members->len : 0) == n_members;

  self->conversation = row->conversation;
  self->n_messages = row->n_messages;
  g_strfreev (self->common_labels);
  self->common_labels = valija_labels_is_empty ((const char * const *) row->common_labels)
                          ? NULL : g_strdupv (row->common_labels);
  g_clear_pointer (&self->members, g_array_unref);
  self->members = row->members != NULL ? g_array_ref (row->members) : NULL;
  g_clear_pointer (&self->places, g_array_unref);
  self->places = row->places != NULL ? g_array_ref (row->places) : NULL;
  g_clear_pointer (&self->people, g_ptr_array_unref);
  self->people = row->people != NULL ? g_ptr_array_ref (row->people) : NULL;

  if (self->id != row->id)
    {
      self->id = row->id;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ID]);
    }

  if (!same)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_MESSAGES]);
}

/**
 * valija_message_fill:
 * @folder: (nullable): where it lies
 * @row: its values, copied
 *
 * Takes over what the store says, and notifies for what is new.
 */
void
valija_message_fill (ValijaMessage          *self,
                     ValijaFolder           *folder,
                     const ValijaMessageRow *row)
{
  GObject *object = G_OBJECT (self);

  g_return_if_fail (VALIJA_IS_MESSAGE (self));
  g_return_if_fail (row != NULL);
  g_return_if_fail (row->n_messages > 0 ? row->conversation == self->key : row->id == self->key);

  g_object_freeze_notify (object);

  fill_conversation (self, row);

  if (g_set_object (&self->folder, folder))
    g_object_notify_by_pspec (object, properties[PROP_FOLDER]);

  g_set_str (&self->remote_id, row->remote_id);
  g_set_str (&self->message_id, row->message_id);
  fill_text (self, &self->subject, row->subject, PROP_SUBJECT);
  fill_text (self, &self->sender, row->sender, PROP_SENDER);
  fill_text (self, &self->sender_address, row->sender_address, PROP_SENDER_ADDRESS);
  fill_text (self, &self->recipients, row->recipients, PROP_RECIPIENTS);
  fill_text (self, &self->preview, row->preview, PROP_PREVIEW);

  if (self->date != row->date)
    {
      self->date = row->date;
      g_object_notify_by_pspec (object, properties[PROP_DATE]);
    }

  if (self->size != row->size)
    {
      self->size = row->size;
      g_object_notify_by_pspec (object, properties[PROP_SIZE]);
    }

  if (self->has_attachments != !!row->has_attachments)
    {
      self->has_attachments = !!row->has_attachments;
      g_object_notify_by_pspec (object, properties[PROP_HAS_ATTACHMENTS]);
    }

  if (self->has_source != !!row->has_source)
    {
      self->has_source = !!row->has_source;
      g_object_notify_by_pspec (object, properties[PROP_HAS_SOURCE]);
    }

  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_object_notify_by_pspec (object, properties[PROP_LOADED]);
      /* An unfilled row is not unread, whatever its flags; this is when it may become so */
      g_object_notify_by_pspec (object, properties[PROP_UNREAD]);
    }

  valija_message_set_flags (self, row->flags);
  valija_message_set_labels (self, (const char * const *) row->labels);

  g_object_thaw_notify (object);
}

/**
 * valija_message_set_flags:
 *
 * Shows @flags at once, before the store or the server knows them.
 */
void
valija_message_set_flags (ValijaMessage *self,
                          ValijaFlags    flags)
{
  GObject *object = G_OBJECT (self);
  ValijaFlags changed;

  g_return_if_fail (VALIJA_IS_MESSAGE (self));

  changed = self->flags ^ flags;
  if (changed == 0)
    return;

  self->flags = flags;

  g_object_freeze_notify (object);
  g_object_notify_by_pspec (object, properties[PROP_FLAGS]);
  if ((changed & VALIJA_FLAG_SEEN) != 0)
    g_object_notify_by_pspec (object, properties[PROP_UNREAD]);
  if ((changed & VALIJA_FLAG_FLAGGED) != 0)
    g_object_notify_by_pspec (object, properties[PROP_FLAGGED]);
  g_object_thaw_notify (object);
}

/**
 * valija_message_set_labels:
 * @labels: (nullable): a set of valija-labels.h, copied
 *
 * Shows @labels at once, before the store or the server knows them.
 */
void
valija_message_set_labels (ValijaMessage      *self,
                           const char * const *labels)
{
  g_return_if_fail (VALIJA_IS_MESSAGE (self));

  if (valija_labels_equal ((const char * const *) self->labels, labels))
    return;

  g_strfreev (self->labels);
  self->labels = valija_labels_is_empty (labels) ? NULL : g_strdupv ((char **) labels);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABELS]);
}

gint64
valija_message_get_id (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), 0);

  return self->id;
}

gint64
valija_message_get_key (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), 0);

  return self->key;
}

gint64
valija_message_get_conversation (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), 0);

  return self->conversation;
}

guint
valija_message_get_n_messages (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), 0);

  return self->n_messages;
}

const char * const *
valija_message_get_common_labels (ValijaMessage *self)
{
  static const char * const none[] = { NULL };

  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  if (self->n_messages == 0)
    return valija_message_get_labels (self);

  return self->common_labels != NULL ? (const char * const *) self->common_labels : none;
}

GArray *
valija_message_get_members (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return self->members;
}

GArray *
valija_message_get_places (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return self->places;
}

GPtrArray *
valija_message_get_people (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return self->people;
}

gboolean
valija_message_get_loaded (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), FALSE);

  return self->loaded;
}

ValijaFolder *
valija_message_get_folder (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return self->folder;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

const char *
valija_message_get_remote_id (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return or_empty (self->remote_id);
}

const char *
valija_message_get_message_id (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return or_empty (self->message_id);
}

const char *
valija_message_get_subject (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return or_empty (self->subject);
}

const char *
valija_message_get_sender (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return or_empty (self->sender);
}

const char *
valija_message_get_sender_address (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return or_empty (self->sender_address);
}

const char *
valija_message_get_recipients (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return or_empty (self->recipients);
}

gint64
valija_message_get_date (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), 0);

  return self->date;
}

guint64
valija_message_get_size (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), 0);

  return self->size;
}

ValijaFlags
valija_message_get_flags (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), VALIJA_FLAG_NONE);

  return self->flags;
}

const char * const *
valija_message_get_labels (ValijaMessage *self)
{
  static const char * const none[] = { NULL };

  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return self->labels != NULL ? (const char * const *) self->labels : none;
}

gboolean
valija_message_get_unread (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), FALSE);

  return self->loaded && (self->flags & VALIJA_FLAG_SEEN) == 0;
}

gboolean
valija_message_get_flagged (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), FALSE);

  return (self->flags & VALIJA_FLAG_FLAGGED) != 0;
}

gboolean
valija_message_get_has_attachments (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), FALSE);

  return self->has_attachments;
}

gboolean
valija_message_get_has_source (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), FALSE);

  return self->has_source;
}

const char *
valija_message_get_preview (ValijaMessage *self)
{
  g_return_val_if_fail (VALIJA_IS_MESSAGE (self), NULL);

  return self->preview;
}
