/* SPDX-License-Identifier: GPL-3.0-or-later */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* Gives the connection @handle the FTS5 tokenizer `valija`, which every use of the search table
 * needs. It cuts text into words as SQLite's unicode61 does, without case and diacritics, and
 * scripts that write no spaces between words into single characters: a query for several of them
 * is a phrase, and so finds them inside a longer run. Returns: a result of SQLite */
int valija_store_tokenizer_register (sqlite3 *handle);

/* Whether @text has anything that the tokenizer would make a word of. */
gboolean valija_store_tokenizer_has_words (const char *text);

/* The word that @text is as the index has it; NULL where it is none, or several. */
char *valija_store_tokenizer_dup_only_word (sqlite3 *handle, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the words of @phrase stand in @text one behind the other, as a search would find them;
 * with @beginning the last of them may go on. @handle is one that has the tokenizer. */
gboolean valija_store_tokenizer_contains (sqlite3    *handle,
                                          const char *text,
                                          const char *phrase,
                                          gboolean    beginning);

G_END_DECLS
