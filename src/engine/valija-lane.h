/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* What lets flows pass one after the other: a fiber enters, gets its turn, and leaves when the turn is released,
 * which g_autoptr does on every way out. What the user waits for goes before the rest, but does not keep it away for
 * ever; those of the same haste go as they came. Somebody who no longer waits is passed over. Main context only;
 * refcounted. */
typedef struct _ValijaLane ValijaLane;
typedef struct _ValijaTurn ValijaTurn;

typedef enum
{
  VALIJA_HASTE_USER,
  VALIJA_HASTE_BACKGROUND,
  VALIJA_N_HASTES,
} ValijaHaste;

#define VALIJA_TYPE_TURN (valija_turn_get_type ())

/* The last reference that goes leaves the lane to whoever is next. */
GType       valija_turn_get_type (void) G_GNUC_CONST;
ValijaTurn *valija_turn_ref      (ValijaTurn *self);
void        valija_turn_unref    (ValijaTurn *self);

/* Free. Each turn holds its lane, which is busy while somebody has one. */
ValijaLane *valija_lane_new      (void) G_GNUC_WARN_UNUSED_RESULT;
ValijaLane *valija_lane_ref      (ValijaLane *self);
void        valija_lane_unref    (ValijaLane *self);

/* Resolves to a ValijaTurn (boxed) when everybody before has left. Never rejects. @subject (nullable) is what the turn
 * is for; it is compared, and nothing else. */
DexFuture  *valija_lane_enter     (ValijaLane    *self,
                                   ValijaHaste    haste,
                                   gconstpointer  subject) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the user waits for a turn that is for anything but @subject: then whoever has the turn should leave soon, and
 * enter again. */
gboolean    valija_lane_is_urgent (ValijaLane *self, gconstpointer subject);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaTurn, valija_turn_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ValijaLane, valija_lane_unref)

G_END_DECLS
