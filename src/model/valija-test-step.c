/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/valija-test-step.h"

struct _ValijaTestStep
{
  GObject parent_instance;

  ValijaSide side;
  ValijaStep step;
  ValijaTestState state;
  char *detail;
  GError *error;
};

G_DEFINE_FINAL_TYPE (ValijaTestStep, valija_test_step, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SIDE,
  PROP_STEP,
  PROP_LABEL,
  PROP_STATE,
  PROP_DETAIL,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static const char * const state_nicks[] = {
  [VALIJA_TEST_WAITING] = "waiting",
  [VALIJA_TEST_RUNNING] = "running",
  [VALIJA_TEST_PASSED] = "passed",
  [VALIJA_TEST_FAILED] = "failed",
  [VALIJA_TEST_SKIPPED] = "skipped",
};

static void
valija_test_step_finalize (GObject *object)
{
  ValijaTestStep *self = VALIJA_TEST_STEP (object);

  g_free (self->detail);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (valija_test_step_parent_class)->finalize (object);
}

static void
valija_test_step_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  ValijaTestStep *self = VALIJA_TEST_STEP (object);

  switch (prop_id)
    {
    case PROP_SIDE:
      g_value_set_int (value, self->side);
      break;
    case PROP_STEP:
      g_value_set_int (value, self->step);
      break;
    case PROP_LABEL:
      g_value_set_string (value, valija_test_step_get_label (self));
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
valija_test_step_class_init (ValijaTestStepClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = valija_test_step_finalize;
  object_class->get_property = valija_test_step_get_property;

  properties[PROP_SIDE] = g_param_spec_int ("side", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_STEP] = g_param_spec_int ("step", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, G_MAXINT, 0, flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
valija_test_step_init (ValijaTestStep *self)
{
}

ValijaTestStep *
valija_test_step_new (ValijaSide side,
                      ValijaStep step)
{
  ValijaTestStep *self = g_object_new (VALIJA_TYPE_TEST_STEP, NULL);

  self->side = side;
  self->step = step;

  return self;
}

/**
 * valija_test_step_set:
 * @detail: (nullable): what came out, in words
 * @error: (nullable): why it failed; copied
 *
 * Says how far the step is.
 */
void
valija_test_step_set (ValijaTestStep *self,
                      ValijaTestState state,
                      const char     *detail,
                      const GError   *error)
{
  GObject *object = G_OBJECT (self);

  g_return_if_fail (VALIJA_IS_TEST_STEP (self));

  g_object_freeze_notify (object);

  if (g_set_str (&self->detail, detail))
    g_object_notify_by_pspec (object, properties[PROP_DETAIL]);

  if (error != self->error)
    {
      g_clear_error (&self->error);
      self->error = error != NULL ? g_error_copy (error) : NULL;
      g_object_notify_by_pspec (object, properties[PROP_ERROR]);
    }

  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (object, properties[PROP_STATE]);
    }

  g_object_thaw_notify (object);
}

ValijaSide
valija_test_step_get_side (ValijaTestStep *self)
{
  g_return_val_if_fail (VALIJA_IS_TEST_STEP (self), VALIJA_SIDE_NONE);

  return self->side;
}

ValijaStep
valija_test_step_get_step (ValijaTestStep *self)
{
  g_return_val_if_fail (VALIJA_IS_TEST_STEP (self), VALIJA_STEP_NONE);

  return self->step;
}

ValijaTestState
valija_test_step_get_state (ValijaTestStep *self)
{
  g_return_val_if_fail (VALIJA_IS_TEST_STEP (self), VALIJA_TEST_WAITING);

  return self->state;
}

const char *
valija_test_step_get_label (ValijaTestStep *self)
{
  g_return_val_if_fail (VALIJA_IS_TEST_STEP (self), NULL);

  return valija_step_get_label (self->step);
}

const char *
valija_test_step_get_detail (ValijaTestStep *self)
{
  g_return_val_if_fail (VALIJA_IS_TEST_STEP (self), NULL);

  return self->detail;
}

const GError *
valija_test_step_get_error (ValijaTestStep *self)
{
  g_return_val_if_fail (VALIJA_IS_TEST_STEP (self), NULL);

  return self->error;
}

const char *
valija_test_state_to_nick (ValijaTestState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (state_nicks), NULL);

  return state_nicks[state];
}
