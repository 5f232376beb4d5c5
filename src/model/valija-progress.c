/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-progress.h"

struct _ValijaProgress
{
  GObject parent_instance;

  char *title;
  char *detail;
  guint64 done;
  guint64 total;
  gboolean finished;
  gboolean octets;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (ValijaProgress, valija_progress, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_DETAIL,
  PROP_DONE,
  PROP_TOTAL,
  PROP_FINISHED,
  PROP_FRACTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
valija_progress_dispose (GObject *object)
{
  ValijaProgress *self = VALIJA_PROGRESS (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (valija_progress_parent_class)->dispose (object);
}

static void
valija_progress_finalize (GObject *object)
{
  ValijaProgress *self = VALIJA_PROGRESS (object);

  g_free (self->title);
  g_free (self->detail);

  G_OBJECT_CLASS (valija_progress_parent_class)->finalize (object);
}

static void
valija_progress_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  ValijaProgress *self = VALIJA_PROGRESS (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    case PROP_DONE:
      g_value_set_uint64 (value, self->done);
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->total);
      break;
    case PROP_FINISHED:
      g_value_set_boolean (value, self->finished);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, valija_progress_get_fraction (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_progress_class_init (ValijaProgressClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = valija_progress_dispose;
  object_class->finalize = valija_progress_finalize;
  object_class->get_property = valija_progress_get_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  properties[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_FINISHED] = g_param_spec_boolean ("finished", NULL, NULL, FALSE, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_progress_init (ValijaProgress *self)
{
  self->cancellable = g_cancellable_new ();
}

ValijaProgress *
valija_progress_new (const char *title)
{
  ValijaProgress *self = g_object_new (VALIJA_TYPE_PROGRESS, NULL);

  self->title = g_strdup (title);

  return self;
}

ValijaProgress *
valija_progress_new_octets (const char *title)
{
  ValijaProgress *self = valija_progress_new (title);

  self->octets = TRUE;

  return self;
}

void
valija_progress_set_title (ValijaProgress *self,
                           const char     *title)
{
  g_return_if_fail (VALIJA_IS_PROGRESS (self));

  if (g_set_str (&self->title, title))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

void
valija_progress_set_detail (ValijaProgress *self,
                            const char     *detail)
{
  g_return_if_fail (VALIJA_IS_PROGRESS (self));

  if (g_set_str (&self->detail, detail))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DETAIL]);
}

void
valija_progress_update (ValijaProgress *self,
                        guint64         done,
                        guint64         total)
{
  GObject *object = G_OBJECT (self);

  g_return_if_fail (VALIJA_IS_PROGRESS (self));

  if (self->done == done && self->total == total)
    return;

  g_object_freeze_notify (object);

  if (self->done != done)
    {
      self->done = done;
      g_object_notify_by_pspec (object, properties[PROP_DONE]);
    }

  if (self->total != total)
    {
      self->total = total;
      g_object_notify_by_pspec (object, properties[PROP_TOTAL]);
    }

  g_object_notify_by_pspec (object, properties[PROP_FRACTION]);
  g_object_thaw_notify (object);
}

void
valija_progress_finish (ValijaProgress *self)
{
  g_return_if_fail (VALIJA_IS_PROGRESS (self));

  if (self->finished)
    return;

  self->finished = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FINISHED]);
}

void
valija_progress_cancel (ValijaProgress *self)
{
  g_return_if_fail (VALIJA_IS_PROGRESS (self));

  g_cancellable_cancel (self->cancellable);
}

GCancellable *
valija_progress_get_cancellable (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), NULL);

  return self->cancellable;
}

const char *
valija_progress_get_title (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), NULL);

  return self->title;
}

const char *
valija_progress_get_detail (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), NULL);

  return self->detail;
}

gboolean
valija_progress_get_octets (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), FALSE);

  return self->octets;
}

guint64
valija_progress_get_done (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), 0);

  return self->done;
}

guint64
valija_progress_get_total (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), 0);

  return self->total;
}

gboolean
valija_progress_get_finished (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), FALSE);

  return self->finished;
}

double
valija_progress_get_fraction (ValijaProgress *self)
{
  g_return_val_if_fail (VALIJA_IS_PROGRESS (self), -1);

  if (self->total == 0)
    return -1;

  return CLAMP ((double) self->done / (double) self->total, 0, 1);
}
