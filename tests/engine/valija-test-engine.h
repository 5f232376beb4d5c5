/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include "engine/valija-engine-private.h"
#include "valija-fake-server.h"

G_BEGIN_DECLS

/* An engine in a directory of its own whose sessions lead to a fake server, with one account. */
typedef struct
{
  char *directory;
  FakeServer *server;
  ValijaEngine *engine;      /* open */
  ValijaAccount *account;    /* (transfer none) */
  char *account_id;
  GPtrArray *notices;        /* of char * */
} TestEngine;

/* "imap", "imap+smtp" (paired), "pop3", "pop3+smtp" or "smtp" */
TestEngine   *test_engine_new        (const char *kind) G_GNUC_WARN_UNUSED_RESULT;
void          test_engine_free       (TestEngine *self);
void          test_engine_close      (TestEngine *self);
void          test_engine_open       (TestEngine *self); /* again, after test_engine_close() */
/* Into local truth, beside the engine, as no Valija would. */
void          test_engine_write      (TestEngine *self, const char *sql);
ValijaAccount *test_engine_add       (TestEngine *self, const char *kind); /* another account; (transfer none) */
/* As often as the main loop has something to do at once. */
void          test_engine_settle     (void);

ValijaFolder *test_engine_folder     (TestEngine *self, const char *name);
guint         test_engine_sync       (TestEngine *self, ValijaSyncFlags flags);
/* "three* two#Work one": subjects, newest first; * is seen, ! flagged, + the source is here, # labels. */
char         *test_engine_list       (TestEngine *self, const char *folder);
/* The message with that subject; (transfer full). */
ValijaMessage *test_engine_find      (TestEngine *self, const char *folder, const char *subject);
GPtrArray    *test_engine_find_all   (TestEngine *self, const char *folder, const char *subjects);
ValijaComposition *test_composition  (const char *to, const char *subject);

#define assert_list(engine, folder, expected) \
  G_STMT_START { \
    g_autofree char *list_ = test_engine_list (engine, folder); \
    g_assert_cmpstr (list_, ==, expected); \
  } G_STMT_END
#define assert_server(engine, folder, expected) \
  G_STMT_START { \
    g_autofree char *list_ = fake_server_list ((engine)->server, folder); \
    g_assert_cmpstr (list_, ==, expected); \
  } G_STMT_END

/* Each waits for @future (transfer full); all but the last two fail the test when it rejects. */
void     test_await        (DexFuture *future);
gint64   test_await_int64  (DexFuture *future);
guint    test_await_uint   (DexFuture *future);
gpointer test_await_boxed  (DexFuture *future); /* (transfer full) */
gpointer test_await_object (DexFuture *future); /* (transfer full) */
gboolean test_try          (DexFuture *future, GError **error);
void     test_await_error  (DexFuture *future, int code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestEngine, test_engine_free)

G_END_DECLS
