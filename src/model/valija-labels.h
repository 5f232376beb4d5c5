/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The labels of a message: what IMAP calls keywords, Gmail labels, Exchange categories and others tags. A set is a
 * NULL-terminated array of UTF-8 names, sorted, in which none stands twice, whatever its case. Where NULL may stand for
 * a set it says that nobody has told; read, it is as an empty one. */

/* In characters, and how many of one message are kept */
#define VALIJA_LABEL_MAX_LENGTH 100
#define VALIJA_LABELS_MAX       50

/* @name in the form in which it is kept, without blanks around it and control characters; NULL for none, or for one
 * that is too long. (transfer full) (nullable) */
char      *valija_label_clean       (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Whether both are the same label, whatever their case. */
gboolean   valija_label_equal       (const char *a, const char *b);

/* The names that people call otherwise: "$label1". (transfer none), NULL-terminated */
const char * const *valija_labels_get_known (void);

/* What people call it: "$label1" of IMAP is "Important", translated. (transfer full) */
char      *valija_label_dup_display (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a label is meant by @folded, which valija_search_fold() has made: by its name or what people call it; with
 * @beginning by the beginning of one. */
gboolean   valija_label_is_meant    (const char *name, const char *folded, gboolean beginning);

/* A set of @names (nullable), which may be anything. (transfer full), never NULL */
char     **valija_labels_new        (const char * const *names) G_GNUC_WARN_UNUSED_RESULT;
/* @labels with @add and without @remove, all nullable. (transfer full), never NULL */
char     **valija_labels_change     (const char * const *labels,
                                     const char * const *add,
                                     const char * const *remove) G_GNUC_WARN_UNUSED_RESULT;
/* Those of @labels that are in @others too, or with @without that are not. (transfer full), never NULL */
char     **valija_labels_filter     (const char * const *labels,
                                     const char * const *others,
                                     gboolean            without) G_GNUC_WARN_UNUSED_RESULT;
gboolean   valija_labels_contain    (const char * const *labels, const char *name);
gboolean   valija_labels_equal      (const char * const *a, const char * const *b);
/* NULL is one of them. */
gboolean   valija_labels_is_empty   (const char * const *labels);

/* For people: "Important, Work"; NULL for an empty set. (transfer full) (nullable) */
char      *valija_labels_dup_words  (const char * const *labels) G_GNUC_WARN_UNUSED_RESULT;

/* One a line, for a file; NULL for an empty set. (transfer full) (nullable) */
char      *valija_labels_to_text    (const char * const *labels) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full), never NULL */
char     **valija_labels_from_text  (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
