# SPDX-License-Identifier: MIT
# Makefile - everything that is built, and how. GNU make, not recursive.
#
# File lists are named on purpose: a file that is not in a list is not built, and
# `make audit` says which one that is. Machine facts come from config.mk, which is
# remade through bootstrap when it is absent or old, so `make` is enough in a fresh
# checkout. From another folder: `mkdir b && cd b && ../bootstrap && make`.

# ---- what there is -------------------------------------------------------------

PUBLIC_HEADERS = \
  include/engagement.h \
  include/engagement/allocator.h \
  include/engagement/api.h \
  include/engagement/authoring.h \
  include/engagement/book.h \
  include/engagement/calendar.h \
  include/engagement/callback.h \
  include/engagement/census.h \
  include/engagement/context.h \
  include/engagement/csv.h \
  include/engagement/customer.h \
  include/engagement/event.h \
  include/engagement/export.h \
  include/engagement/features.h \
  include/engagement/filter.h \
  include/engagement/forecast.h \
  include/engagement/history.h \
  include/engagement/journal.h \
  include/engagement/jsonl.h \
  include/engagement/link.h \
  include/engagement/metrics.h \
  include/engagement/model.h \
  include/engagement/money.h \
  include/engagement/rfm.h \
  include/engagement/score.h \
  include/engagement/status.h \
  include/engagement/store.h \
  include/engagement/version.h \
  include/engagement/waits.h \
  include/engagement/worth.h

# One list a room; lib/README.md draws which room may know which.
CORE_SOURCES = \
  lib/core/blob.c \
  lib/core/calendar.c \
  lib/core/codebook.c \
  lib/core/context.c \
  lib/core/counts.c \
  lib/core/customer.c \
  lib/core/event.c \
  lib/core/group.c \
  lib/core/hash.c \
  lib/core/heavy.c \
  lib/core/known.c \
  lib/core/memory.c \
  lib/core/money.c \
  lib/core/options.c \
  lib/core/resolve.c \
  lib/core/run.c \
  lib/core/shape.c \
  lib/core/sort.c \
  lib/core/status.c \
  lib/core/timeline.c \
  lib/core/utf8.c \
  lib/core/version.c \
  lib/core/vocabulary.c \
  lib/core/zone.c

MODEL_SOURCES = \
  lib/model/ahead.c \
  lib/model/assessor.c \
  lib/model/assume.c \
  lib/model/check.c \
  lib/model/compile.c \
  lib/model/counted.c \
  lib/model/diff.c \
  lib/model/difference.c \
  lib/model/evaluate.c \
  lib/model/evidence.c \
  lib/model/explain.c \
  lib/model/explain_score.c \
  lib/model/explanation.c \
  lib/model/expression.c \
  lib/model/filter.c \
  lib/model/fraction.c \
  lib/model/history.c \
  lib/model/host.c \
  lib/model/lex.c \
  lib/model/measure.c \
  lib/model/model.c \
  lib/model/names.c \
  lib/model/next.c \
  lib/model/outline.c \
  lib/model/params.c \
  lib/model/parse.c \
  lib/model/parse_measure.c \
  lib/model/parse_operand.c \
  lib/model/parse_question.c \
  lib/model/parse_score.c \
  lib/model/parser.c \
  lib/model/print.c \
  lib/model/quick.c \
  lib/model/range.c \
  lib/model/ranks.c \
  lib/model/rates.c \
  lib/model/score.c \
  lib/model/see.c \
  lib/model/sweep.c \
  lib/model/tally.c \
  lib/model/witness.c \
  lib/model/wording.c

SCORE_SOURCES = \
  lib/score/rfm.c \
  lib/score/summary.c

FORECAST_SOURCES = \
  lib/forecast/bgbb.c \
  lib/forecast/bgnbd.c \
  lib/forecast/encode.c \
  lib/forecast/encode_summaries.c \
  lib/forecast/family.c \
  lib/forecast/fit.c \
  lib/forecast/fit_say.c \
  lib/forecast/gammagamma.c \
  lib/forecast/minimise.c \
  lib/forecast/nbd.c \
  lib/forecast/outlook.c \
  lib/forecast/paretonbd.c \
  lib/forecast/predict.c \
  lib/forecast/quadrature.c \
  lib/forecast/sample.c \
  lib/forecast/say.c \
  lib/forecast/search.c \
  lib/forecast/special.c \
  lib/forecast/summaries.c \
  lib/forecast/tells.c \
  lib/forecast/told.c

BOOK_SOURCES = \
  lib/book/arena.c \
  lib/book/assess.c \
  lib/book/batch.c \
  lib/book/book.c \
  lib/book/bulk.c \
  lib/book/census.c \
  lib/book/choose.c \
  lib/book/chunk.c \
  lib/book/columns.c \
  lib/book/compact.c \
  lib/book/floors.c \
  lib/book/follow.c \
  lib/book/groups.c \
  lib/book/join.c \
  lib/book/journal.c \
  lib/book/known.c \
  lib/book/links.c \
  lib/book/loader.c \
  lib/book/merge.c \
  lib/book/names.c \
  lib/book/order.c \
  lib/book/record.c \
  lib/book/referrals.c \
  lib/book/roll.c \
  lib/book/scores.c \
  lib/book/snapshot.c \
  lib/book/stage.c \
  lib/book/summaries.c \
  lib/book/watcher.c

IO_SOURCES = \
  lib/io/csv.c \
  lib/io/csv_event.c \
  lib/io/csv_rows.c \
  lib/io/export.c \
  lib/io/fields.c \
  lib/io/json.c \
  lib/io/json_forms.c \
  lib/io/json_row.c \
  lib/io/json_tools.c \
  lib/io/jsonl.c \
  lib/io/passed.c

METRICS_SOURCES = \
  lib/metrics/active.c \
  lib/metrics/agreement.c \
  lib/metrics/features.c \
  lib/metrics/flow.c \
  lib/metrics/funnel.c \
  lib/metrics/invitations.c \
  lib/metrics/openings.c \
  lib/metrics/overview.c \
  lib/metrics/parting.c \
  lib/metrics/periods.c \
  lib/metrics/premium.c \
  lib/metrics/relations.c \
  lib/metrics/response.c \
  lib/metrics/retention.c \
  lib/metrics/stages.c \
  lib/metrics/stays.c \
  lib/metrics/steps.c \
  lib/metrics/survival.c \
  lib/metrics/visit.c \
  lib/metrics/waits.c \
  lib/metrics/worth.c

STORE_SOURCES = \
  lib/store/forget.c \
  lib/store/links.c \
  lib/store/open.c \
  lib/store/options.c \
  lib/store/ranges.c \
  lib/store/read.c \
  lib/store/rows.c \
  lib/store/sql.c \
  lib/store/sync.c \
  lib/store/sync_answer.c \
  lib/store/sync_ask.c \
  lib/store/sync_bytes.c \
  lib/store/write.c
# Without SQLite these stand in for them.
STORE_ABSENT_SOURCES = \
  lib/store/absent.c \
  lib/store/options.c

# In the order in which they are listed to people.
BUILTIN_MODELS = \
  lib/model/builtin/sashi.model \
  lib/model/builtin/sashi_matrix.model \
  lib/model/builtin/five_e.model \
  lib/model/builtin/four_stages.model \
  lib/model/builtin/five_levels.model \
  lib/model/builtin/evolution.model \
  lib/model/builtin/dimensions.model \
  lib/model/builtin/b2b.model \
  lib/model/builtin/say_stay_spend.model

# The program `engagement`.
PROGRAM_SOURCES = \
  examples/engagement/main.c \
  examples/engagement/active.c \
  examples/engagement/ahead.c \
  examples/engagement/assess.c \
  examples/engagement/authoring.c \
  examples/engagement/bars.c \
  examples/engagement/bookfile.c \
  examples/engagement/cause.c \
  examples/engagement/coded.c \
  examples/engagement/crosswalk.c \
  examples/engagement/crosswalk_customer.c \
  examples/engagement/explain.c \
  examples/engagement/explain_dimension.c \
  examples/engagement/explain_rows.c \
  examples/engagement/explain_score.c \
  examples/engagement/export.c \
  examples/engagement/fit.c \
  examples/engagement/flow.c \
  examples/engagement/flow_moves.c \
  examples/engagement/flow_series.c \
  examples/engagement/flow_stays.c \
  examples/engagement/funnel.c \
  examples/engagement/host.c \
  examples/engagement/input.c \
  examples/engagement/journey.c \
  examples/engagement/keep.c \
  examples/engagement/message.c \
  examples/engagement/metrics.c \
  examples/engagement/models.c \
  examples/engagement/options.c \
  examples/engagement/output.c \
  examples/engagement/params.c \
  examples/engagement/periods.c \
  examples/engagement/plot.c \
  examples/engagement/rates.c \
  examples/engagement/reader.c \
  examples/engagement/retention.c \
  examples/engagement/review.c \
  examples/engagement/scores.c \
  examples/engagement/segments.c \
  examples/engagement/select.c \
  examples/engagement/session.c \
  examples/engagement/stages.c \
  examples/engagement/text.c \
  examples/engagement/validate.c \
  examples/engagement/value.c \
  examples/engagement/watch.c

# One program a file, built beside out/examples/, not installed.
EXAMPLES = \
  examples/census.c \
  examples/crm_batch.c \
  examples/features.c \
  examples/forecast.c \
  examples/journal_till.c \
  examples/lifecycle/custom_callback.c \
  examples/pos.c \
  examples/till.c \
  examples/web_hook.c
# The same, each with the helpers: a customer's story under each built-in model, and
# under models of one's own.
LIFECYCLE_EXAMPLES = \
  examples/lifecycle/b2b.c \
  examples/lifecycle/custom_text.c \
  examples/lifecycle/dimensions.c \
  examples/lifecycle/evolution.c \
  examples/lifecycle/five_e.c \
  examples/lifecycle/five_levels.c \
  examples/lifecycle/four_stages.c \
  examples/lifecycle/sashi.c \
  examples/lifecycle/sashi_matrix.c \
  examples/lifecycle/say_stay_spend.c
LIFECYCLE_HELPERS = \
  examples/lifecycle/story.c

# One program a file, without Check and on the public interface alone, for every
# machine there is.
PORTABLE_TESTS = \
  tests/abi/determinism.c \
  tests/abi/selftest.c

# Linked into one program each. A suite is also a line in the folder's suites.h;
# those of tests/reference and tests/spec stand in tests/unit/suites.h.
UNIT_TESTS = \
  tests/unit/test_authoring.c \
  tests/unit/test_bad_rows.c \
  tests/unit/test_book.c \
  tests/unit/test_calendar.c \
  tests/unit/test_callback.c \
  tests/unit/test_census.c \
  tests/unit/test_csv.c \
  tests/unit/test_customer.c \
  tests/unit/test_decided.c \
  tests/unit/test_event.c \
  tests/unit/test_features.c \
  tests/unit/test_forecast.c \
  tests/unit/test_forgetting.c \
  tests/unit/test_glance.c \
  tests/unit/test_hash.c \
  tests/unit/test_heavy.c \
  tests/unit/test_history.c \
  tests/unit/test_hostile.c \
  tests/unit/test_journal.c \
  tests/unit/test_json.c \
  tests/unit/test_keep.c \
  tests/unit/test_known.c \
  tests/unit/test_links.c \
  tests/unit/test_memory.c \
  tests/unit/test_metrics.c \
  tests/unit/test_model.c \
  tests/unit/test_models.c \
  tests/unit/test_money.c \
  tests/unit/test_params.c \
  tests/unit/test_rates.c \
  tests/unit/test_say.c \
  tests/unit/test_score.c \
  tests/unit/test_stages.c \
  tests/unit/test_status.c \
  tests/unit/test_store.c \
  tests/unit/test_store_faults.c \
  tests/unit/test_store_pages.c \
  tests/unit/test_sync.c \
  tests/unit/test_version.c \
  tests/unit/test_vocabulary.c \
  tests/unit/test_voice.c \
  tests/unit/test_wiping.c \
  tests/unit/test_worst.c \
  tests/unit/test_zone.c
REFERENCE_TESTS = \
  tests/reference/test_forecast_fits.c \
  tests/reference/test_forecast_grids.c \
  tests/reference/test_histories.c \
  tests/reference/test_published.c
SPEC_TESTS = \
  tests/spec/test_language.c
UNIT_HELPERS = \
  tests/store/memory_disk.c \
  tests/unit/forecasting.c \
  tests/unit/main.c \
  tests/unit/support.c

PROPERTY_TESTS = \
  tests/property/prop_authoring.c \
  tests/property/prop_book.c \
  tests/property/prop_census.c \
  tests/property/prop_draw.c \
  tests/property/prop_histories.c \
  tests/property/prop_model.c \
  tests/property/prop_timeline.c
# The unit tests' support helps the laws too.
PROPERTY_HELPERS = \
  tests/property/main.c \
  tests/property/model_timeline.c \
  tests/property/property.c \
  tests/property/reference_model.c \
  tests/store/memory_disk.c \
  tests/unit/support.c

# fuzz_NAME.c replays tests/fuzz/saved/NAME/ in `make check`.
FUZZERS = \
  tests/fuzz/fuzz_book.c \
  tests/fuzz/fuzz_blob.c \
  tests/fuzz/fuzz_csv.c \
  tests/fuzz/fuzz_evaluate.c \
  tests/fuzz/fuzz_fit.c \
  tests/fuzz/fuzz_json.c \
  tests/fuzz/fuzz_model.c \
  tests/fuzz/fuzz_store.c \
  tests/fuzz/fuzz_sync.c \
  tests/fuzz/fuzz_version.c \
  tests/fuzz/fuzz_zone.c
# Those of books on files work in memory.
FUZZ_HELPERS = \
  tests/store/memory_disk.c

# Shell scripts, run by `make check` as `sh SCRIPT BUILD-FOLDER SOURCE-FOLDER`.
SCRIPT_TESTS = \
  tests/docs/run.sh \
  tests/examples/run.sh \
  tests/format/run.sh \
  tests/lifecycle/custom_callback.sh \
  tests/lifecycle/run.sh \
  tests/program/bad_rows.sh \
  tests/program/completion.sh \
  tests/program/features.sh \
  tests/program/forecasts.sh \
  tests/program/front.sh \
  tests/program/input.sh \
  tests/program/json.sh \
  tests/program/links.sh \
  tests/program/manual.sh \
  tests/program/metrics.sh \
  tests/program/models.sh \
  tests/program/run.sh \
  tests/program/stages.sh \
  tests/program/store.sh \
  tests/program/watch.sh \
  tests/program/voice.sh \
  tests/readme/run.sh \
  tests/store/run.sh \
  tests/store/tills.sh
# Programs that those run, on the public interface alone; one a file.
SCRIPT_HELPERS = \
  tests/format/emit.c
# Those that need SQLite, and processes to kill.
STORE_HELPERS = \
  tests/store/kills.c \
  tests/store/tills.c

# Made-up events for benchmarks and the demo; one program a file.
FEED_SOURCES = \
  tests/feed/gen_coffee.c \
  tests/feed/gen_feed.c

# One program, run by `make bench`. The peer that links SQLite stands apart.
BENCH_SOURCES = \
  tests/bench/bench.c \
  tests/bench/engagement.c \
  tests/bench/engagement_features.c \
  tests/bench/engagement_metrics.c \
  tests/bench/engagement_models.c \
  tests/bench/engagement_more.c \
  tests/bench/engagement_till.c \
  tests/bench/feed.c \
  tests/bench/jobs.c \
  tests/bench/peers.c \
  tests/bench/peers_duckdb.c \
  tests/bench/plain.c
BENCH_SQLITE_SOURCES = \
  tests/bench/peers_sqlite.c
# Books on files, a program of its own.
STORE_BENCH_SOURCES = \
  tests/bench/store.c
# Forecasts, a program of its own.
FORECAST_BENCH_SOURCES = \
  tests/bench/forecasts.c

# Pages that Doxygen reads beside the headers.
DOC_PAGES = \
  docs/census.md \
  docs/forecasts.md \
  docs/format.md \
  docs/host.md \
  docs/json.md \
  docs/language.md \
  docs/metrics.md \
  docs/models.md \
  docs/performance.md \
  docs/quickstart-crm.md \
  docs/quickstart-till.md \
  docs/store.md

# libtool's current:revision:age, not the release number. Changed code: revision+1.
# Added interface: current+1, revision 0, age+1. Removed or changed: age 0.
LIB_VERSION_INFO = 0:0:0

# ---- settings ------------------------------------------------------------------

# Seconds for each fuzzer, and for `make triples`.
SECONDS = 60
# Percentage of the generated cases of property tests, and their seed.
CASES ?= 100
SEED ?= 1
# Real histories for tests; those that need them say SKIP where they are absent.
DATA ?= $(srcdir)/../shared/data
# `make bench` makes a feed of N events, or reads FEED: a file, CSV or binary, or two
# with the same events; LATE: the same events, some late and repeated. PEERS=1 runs
# SQLite and DuckDB too, JOBS=J1_csv,J3_census those jobs alone.
N ?= 1000000
FEED ?=
LATE ?=
PEERS ?=
JOBS ?= all
# Set to -Werror by `make warnings`; warnings of a compiler that we do not know
# must not break somebody's build.
WERROR =
# An emulator or checker that test programs are run under.
RUN =
CK_DEFAULT_TIMEOUT ?= 60
DESTDIR ?=

# ---- where things are ----------------------------------------------------------

srcdir := $(patsubst %/,%,$(dir $(lastword $(filter-out %config.mk,$(MAKEFILE_LIST)))))
ifeq ($(srcdir),)
srcdir := .
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

no_config_goals = clean distclean help
ifneq ($(filter-out $(no_config_goals),$(or $(MAKECMDGOALS),all)),)
include config.mk
endif

config.mk: $(srcdir)/configure.ac $(srcdir)/config.mk.in $(srcdir)/config.h.in \
  $(srcdir)/engagement.pc.in
	$(srcdir)/bootstrap

# `make V=1` shows the commands.
ifeq ($(V),1)
say = @:
quiet =
else
say = @printf '  %-5s %s\n'
quiet = @
endif
LT = $(LIBTOOL) $(if $(filter 1,$(V)),,--silent) --tag=CC

WARNINGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
  -Wmissing-prototypes -Wundef
# Check's macros are variadic and convert; the tests are not held to those two.
TEST_WARNINGS = -Wall -Wextra -Wstrict-prototypes

# What the answers depend on comes after what the user says. Sources see each
# other from lib/, examples and bindings see include/ only.
all_cflags = $(CFLAGS) $(REQUIRED_CFLAGS)
deps = -MMD -MP -MF $(basename $@).d -MT $@
lib_cppflags = -I$(srcdir)/include -I$(srcdir)/lib -I. -DENG_BUILD $(CPPFLAGS)
public_cppflags = -I$(srcdir)/include $(CPPFLAGS)
# -I. of the build folder finds config.h.
test_cppflags = $(lib_cppflags) -DENG_STATIC -I$(srcdir)/tests $(CHECK_CFLAGS)

# Lazily: HAVE_SQLITE3 is a machine fact.
store_sources = $(if $(filter 1,$(HAVE_SQLITE3)),$(STORE_SOURCES),$(STORE_ABSENT_SOURCES))
lib_sources = $(CORE_SOURCES) $(MODEL_SOURCES) $(SCORE_SOURCES) $(FORECAST_SOURCES) \
  $(BOOK_SOURCES) $(METRICS_SOURCES) $(IO_SOURCES) $(store_sources)
lib_objects = $(patsubst %.c,out/%.lo,$(lib_sources)) out/lib/model/builtin_models.lo
program_objects = $(patsubst %.c,out/%.o,$(PROGRAM_SOURCES))
unit_objects = $(patsubst %.c,out/%.o,$(UNIT_HELPERS) $(UNIT_TESTS) $(REFERENCE_TESTS) \
  $(SPEC_TESTS))
property_objects = $(patsubst %.c,out/%.o,$(PROPERTY_HELPERS) $(PROPERTY_TESTS))
fuzzers = $(patsubst %.c,out/%$(EXEEXT),$(FUZZERS))
fuzz_objects = $(patsubst %.c,out/%.o,$(FUZZ_HELPERS))
script_sources = $(SCRIPT_HELPERS) $(if $(filter 1,$(HAVE_SQLITE3)),$(STORE_HELPERS))
script_helpers = $(patsubst %.c,out/%$(EXEEXT),$(script_sources))
examples = $(patsubst %.c,out/%$(EXEEXT),$(EXAMPLES))
lifecycle_examples = $(patsubst %.c,out/%$(EXEEXT),$(LIFECYCLE_EXAMPLES))
lifecycle_objects = $(patsubst %.c,out/%.o,$(LIFECYCLE_HELPERS))
feed_programs = $(patsubst %.c,out/%$(EXEEXT),$(FEED_SOURCES))
# Lazily: HAVE_SQLITE3 is a machine fact.
bench_sources = $(BENCH_SOURCES) $(if $(filter 1,$(HAVE_SQLITE3)),$(BENCH_SQLITE_SOURCES))
bench_objects = $(patsubst %.c,out/%.o,$(bench_sources))
bench_run = out/tests/bench/bench$(EXEEXT)
store_bench = $(if $(filter 1,$(HAVE_SQLITE3)),$(patsubst %.c,out/%$(EXEEXT),$(STORE_BENCH_SOURCES)))
forecast_bench = $(patsubst %.c,out/%$(EXEEXT),$(FORECAST_BENCH_SOURCES))
unit_run = out/tests/unit/run$(EXEEXT)
property_run = out/tests/property/run$(EXEEXT)
selftest = out/tests/abi/selftest$(EXEEXT)
portable = $(patsubst %.c,out/%$(EXEEXT),$(PORTABLE_TESTS))

static_lib = .libs/libengagement.a
lib_libs = $(if $(filter 1,$(HAVE_SQLITE3)),$(SQLITE3_LIBS)) -lm $(LIBS)

# ---- the library ---------------------------------------------------------------

.PHONY: all lib program examples
all: lib program examples ## the library, the program and the examples (default)
lib: libengagement.la
program: engagement$(EXEEXT)
examples: $(examples) $(lifecycle_examples)

out/lib/%.lo: $(srcdir)/lib/%.c config.mk
	@mkdir -p $(@D)
	$(say) CC lib/$*.c
	$(quiet)$(LT) --mode=compile $(CC) $(lib_cppflags) \
	  $(if $(filter lib/store/%,lib/$*),$(SQLITE3_CFLAGS)) \
	  $(WARNINGS) $(WERROR) $(all_cflags) $(deps) -c -o $@ $<

# The published models as bytes: a string literal could be longer than C promises.
out/lib/model/builtin_models.c: $(addprefix $(srcdir)/,$(BUILTIN_MODELS)) $(srcdir)/Makefile
	@mkdir -p $(@D)
	$(say) GEN $@
	@{ echo '/* Generated from lib/model/builtin/; see model/builtin.h. */'; \
	   echo '#include "model/builtin.h"'; n=0; \
	   for m in $(BUILTIN_MODELS); do \
	     echo "static const unsigned char text_$$n[] = {"; \
	     od -An -v -tx1 $(srcdir)/$$m | \
	       sed 's/[0-9a-f][0-9a-f]/0x&,/g' && echo '0};'; n=$$((n + 1)); \
	   done; \
	   echo 'const eng__builtin eng__builtins[] = {'; n=0; \
	   for m in $(BUILTIN_MODELS); do name=$${m##*/}; \
	     echo "  {\"$${name%.model}\", (const char *)text_$$n, sizeof text_$$n - 1},"; \
	     n=$$((n + 1)); \
	   done; \
	   echo '  {0, 0, 0}};'; \
	   echo "const size_t eng__builtin_count = $(words $(BUILTIN_MODELS));"; } >$@.tmp
	@mv $@.tmp $@

out/lib/model/builtin_models.lo: out/lib/model/builtin_models.c config.mk
	$(say) CC $<
	$(quiet)$(LT) --mode=compile $(CC) $(lib_cppflags) $(WARNINGS) $(WERROR) \
	  $(all_cflags) $(deps) -c -o $@ $<

# The map's path is relative to where make runs, as libtool wants it. A variable, for a
# comma in $(if) would end its first branch.
map_ldflags = -Wl,--version-script,$(srcdir)/lib/libengagement.map
libengagement.la: $(lib_objects) $(srcdir)/lib/libengagement.map $(srcdir)/Makefile
	$(say) LINK $@
	$(quiet)$(LT) --mode=link $(CC) $(all_cflags) $(LDFLAGS) $(LIB_LDFLAGS) \
	  $(if $(filter yes,$(HAVE_MAP)),$(map_ldflags)) \
	  -rpath $(libdir) -version-info $(LIB_VERSION_INFO) -no-undefined \
	  -o $@ $(lib_objects) $(lib_libs)

# ---- programs ------------------------------------------------------------------

static_cppflags = $(if $(filter yes,$(ENABLE_SHARED)),,-DENG_STATIC)

out/examples/%.o: $(srcdir)/examples/%.c config.mk
	@mkdir -p $(@D)
	$(say) CC examples/$*.c
	$(quiet)$(CC) $(public_cppflags) $(static_cppflags) $(WARNINGS) $(WERROR) \
	  $(all_cflags) $(deps) -c -o $@ $<

engagement$(EXEEXT): $(program_objects) libengagement.la
	$(say) LINK $@
	$(quiet)$(LT) --mode=link $(CC) $(all_cflags) $(LDFLAGS) -o $@ $(program_objects) \
	  libengagement.la -lm

$(examples): out/%$(EXEEXT): out/%.o libengagement.la
	$(say) LINK $@
	$(quiet)$(LT) --mode=link $(CC) $(all_cflags) $(LDFLAGS) -o $@ $< libengagement.la -lm

$(lifecycle_examples): out/%$(EXEEXT): out/%.o $(lifecycle_objects) libengagement.la
	$(say) LINK $@
	$(quiet)$(LT) --mode=link $(CC) $(all_cflags) $(LDFLAGS) -o $@ $< \
	  $(lifecycle_objects) libengagement.la -lm

# ---- tests ---------------------------------------------------------------------

out/tests/%.o: $(srcdir)/tests/%.c config.mk
	@mkdir -p $(@D)
	$(say) CC tests/$*.c
	$(quiet)$(CC) $(test_cppflags) $(TEST_WARNINGS) $(WERROR) $(all_cflags) \
	  $(deps) -c -o $@ $<

# The public interface alone, against the shared library.
out/tests/abi/%.o: $(srcdir)/tests/abi/%.c config.mk
	@mkdir -p $(@D)
	$(say) CC tests/abi/$*.c
	$(quiet)$(CC) $(public_cppflags) $(static_cppflags) $(WARNINGS) $(WERROR) \
	  $(all_cflags) $(deps) -c -o $@ $<

$(patsubst %.c,out/%.o,$(script_sources)): out/%.o: $(srcdir)/%.c config.mk
	@mkdir -p $(@D)
	$(say) CC $*.c
	$(quiet)$(CC) $(public_cppflags) $(static_cppflags) $(WARNINGS) $(WERROR) \
	  $(all_cflags) $(deps) -c -o $@ $<

$(script_helpers): out/%$(EXEEXT): out/%.o libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $< $(static_lib) $(lib_libs)

# Unit tests reach internals, which the shared library hides.
$(unit_run): $(unit_objects) libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $(unit_objects) $(static_lib) \
	  $(CHECK_LIBS) $(lib_libs)

$(property_run): $(property_objects) libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $(property_objects) $(static_lib) \
	  $(CHECK_LIBS) $(lib_libs)

# A plain main that replays, or clang's engine when `make fuzz` builds this.
FUZZ_ENGINE = out/tests/fuzz/replay.o
$(fuzzers): out/%$(EXEEXT): out/%.o $(fuzz_objects) $(filter %.o,$(FUZZ_ENGINE)) libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $< $(fuzz_objects) $(FUZZ_ENGINE) \
	  $(static_lib) $(lib_libs)

# Of the library the benchmarks see what a host does.
out/tests/bench/%.o: $(srcdir)/tests/bench/%.c config.mk
	@mkdir -p $(@D)
	$(say) CC tests/bench/$*.c
	$(quiet)$(CC) $(public_cppflags) -DENG_STATIC \
	  $(if $(filter 1,$(HAVE_SQLITE3)),-DBENCH_SQLITE $(SQLITE3_CFLAGS)) \
	  $(WARNINGS) $(WERROR) $(all_cflags) $(deps) -c -o $@ $<

$(bench_run): $(bench_objects) libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $(bench_objects) $(static_lib) \
	  $(if $(filter 1,$(HAVE_SQLITE3)),$(SQLITE3_LIBS)) $(lib_libs) -ldl

$(store_bench): out/%$(EXEEXT): out/%.o out/tests/bench/feed.o libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $< out/tests/bench/feed.o $(static_lib) \
	  $(SQLITE3_LIBS) $(lib_libs)

$(forecast_bench): out/%$(EXEEXT): out/%.o libengagement.la
	$(say) LINK $@
	$(quiet)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $< $(static_lib) $(lib_libs)

$(feed_programs): out/%$(EXEEXT): $(srcdir)/%.c config.mk
	@mkdir -p $(@D)
	$(say) LINK $@
	$(quiet)$(CC) $(CPPFLAGS) $(WARNINGS) $(WERROR) $(all_cflags) $(deps) $(LDFLAGS) \
	  -o $@ $< -lm

$(portable): out/%$(EXEEXT): out/%.o libengagement.la
	$(say) LINK $@
	$(quiet)$(LT) --mode=link $(CC) $(all_cflags) $(LDFLAGS) -o $@ $< libengagement.la -lm

.PHONY: check check-run check-programs test-programs portable fuzzers
portable: $(portable)
fuzzers: $(fuzzers)
check_programs = $(unit_run) $(property_run) $(fuzzers) $(portable) $(script_helpers) $(feed_programs) $(examples) \
  $(lifecycle_examples)

ifeq ($(HAVE_CHECK),no)
test-programs check-run:
	@echo 'make check needs Check, the unit test library. Install it, then configure again:'
	@echo '  apt-get install check pkg-config   # or your system'"'"'s package'
	@echo '  ./bootstrap'
	@exit 1
else
test-programs: $(check_programs)

test_env = DATA='$(abspath $(DATA))' SRCDIR='$(abspath $(srcdir))' BUILD='$(CURDIR)' \
  CASES='$(CASES)' SEED='$(SEED)' CK_DEFAULT_TIMEOUT='$(CK_DEFAULT_TIMEOUT)'

# Everything runs even if something failed. The unit tests run beside the rest, and are
# told of last, so that their count is the closing line; under a checker, where they take
# longer than the rest (RUN=, SHARE=), a third of them changes sides.
check-run: $(check_programs)
	@echo 'the unit tests run beside what follows: out/unit.log'
	@failed=; export $(test_env); \
	$(if $(RUN)$(SHARE),THIRDS=12) $(RUN) ./$(unit_run) >out/unit.log 2>&1 & unit=$$!; trap 'kill $$unit 2>/dev/null' EXIT; \
	trap 'exit 1' HUP INT TERM; \
	$(if $(RUN),,./$(selftest) || failed="$$failed selftest";) \
	for f in $(fuzzers); do \
	  name=$${f##*/fuzz_}; name=$${name%$(EXEEXT)}; \
	  set -- "$(srcdir)/tests/fuzz/saved/$$name"/*; [ -e "$$1" ] || set --; \
	  $(RUN) ./$$f "$$@" || failed="$$failed $$f"; \
	done; \
	$(if $(RUN),,for s in $(SCRIPT_TESTS); do \
	  sh $(srcdir)/$$s '$(CURDIR)' '$(abspath $(srcdir))' || failed="$$failed $$s"; \
	done;) \
	$(RUN) ./$(property_run) || failed="$$failed property"; \
	$(if $(RUN)$(SHARE),THIRDS=3 $(RUN) ./$(unit_run) || failed="$$failed unit";) \
	wait $$unit || failed="$$failed unit"; trap - EXIT; cat out/unit.log; \
	if [ -n "$$failed" ]; then echo "FAILED:$$failed"; exit 1; fi
endif

# The audit fails the build as a test does, but never hides the tests' results. What it
# can use beyond a compiler may be absent here.
check: all test-programs ## every test here; CASES= (percent), SEED=, DATA=
	@audit=0; CI= $(MAKE) --no-print-directory -s audit >out/audit.log 2>&1 || audit=1; \
	if [ $$audit = 1 ]; then cat out/audit.log; else tail -n 1 out/audit.log; fi; \
	$(MAKE) --no-print-directory -s check-run || exit 1; \
	if [ $$audit = 1 ]; then echo 'FAILED: audit (see above)'; exit 1; fi

# Case 0 is that of SEED, as in the tests; another SEED draws others.
.PHONY: triples
triples: $(property_run) ## models, histories, moments against the reference; SECONDS=60, SEED=
	@SEED='$(SEED)' TRIPLES='$(SECONDS)' CK_RUN_SUITE=model CK_RUN_CASE=triples \
	  $(RUN) ./$(property_run)

# With HISTORIES=1000000, so many cases; else as many as there are in SECONDS.
.PHONY: histories
histories: $(property_run) ## stores against one book; SECONDS=60 or HISTORIES=cases, SEED=
	@SEED='$(SEED)' HISTORIES='$(HISTORIES)' \
	  HISTORIES_SECONDS='$(if $(HISTORIES),,$(SECONDS))' \
	  CK_RUN_SUITE=histories CK_RUN_CASE=as_long_as_asked $(RUN) ./$(property_run)

.PHONY: kills
kills: $(script_helpers) ## writers of a book killed at random moments; SECONDS=60, ROUNDS=, SEED=
	@SECONDS_OF_KILLS='$(SECONDS)' ROUNDS='$(or $(ROUNDS),1000000000)' SEED='$(SEED)' \
	  sh $(srcdir)/tests/store/run.sh '$(CURDIR)'

.PHONY: tills
tills: $(script_helpers) $(feed_programs) ## five books of 20,000 customers become one; what a sync exchanges; SEED=
	@TILL_EVENTS=200000 TILL_CUSTOMERS=20000 TILL_FIGURES=1 SEED='$(SEED)' \
	  sh $(srcdir)/tests/store/tills.sh '$(CURDIR)'

.PHONY: audit audit-guards abi-baseline headers installcheck
# What a release promises; written anew only where a promise is broken on purpose.
abi-baseline:
	@$(MAKE) -s audit AUDIT=baseline

audit-guards: audit ## each rule of the audit is broken on purpose, and must say so
	+@MAKE='$(MAKE)' SRCDIR='$(srcdir)' sh $(srcdir)/tests/abi/audit_guards.sh

audit: lib ## exports, globals, calls and arrows of the built library
	@MAKE='$(MAKE)' SRCDIR='$(srcdir)' CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' \
	  HAVE_MAP='$(HAVE_MAP)' ENABLE_SHARED='$(ENABLE_SHARED)' \
	  HAVE_SQLITE3='$(HAVE_SQLITE3)' SQLITE3_LIBS='$(SQLITE3_LIBS)' \
	  PUBLIC_HEADERS='$(PUBLIC_HEADERS)' \
	  CORE_OBJECTS='$(call pic,$(CORE_SOURCES))' \
	  MODEL_OBJECTS='$(call pic,$(MODEL_SOURCES) lib/model/builtin_models.c)' \
	  SCORE_OBJECTS='$(call pic,$(SCORE_SOURCES))' \
	  FORECAST_OBJECTS='$(call pic,$(FORECAST_SOURCES))' \
	  BOOK_OBJECTS='$(call pic,$(BOOK_SOURCES))' IO_OBJECTS='$(call pic,$(IO_SOURCES))' \
	  METRICS_OBJECTS='$(call pic,$(METRICS_SOURCES))' \
	  STORE_OBJECTS='$(call pic,$(store_sources))' \
	  NAMED_FILES='$(named_files)' sh $(srcdir)/tests/abi/audit.sh $(AUDIT)
# The objects as the shared library has them; the plain ones if there is none.
pic = $(foreach s,$(1),out/$(dir $(s))$(if $(filter yes,$(ENABLE_SHARED)),.libs/)$(notdir $(s:.c=.o)))

named_files = $(PUBLIC_HEADERS) $(lib_sources) $(STORE_SOURCES) $(STORE_ABSENT_SOURCES) $(BUILTIN_MODELS) $(PROGRAM_SOURCES) \
  $(EXAMPLES) $(LIFECYCLE_EXAMPLES) $(LIFECYCLE_HELPERS) $(UNIT_HELPERS) $(UNIT_TESTS) $(REFERENCE_TESTS) $(SPEC_TESTS) \
  $(PROPERTY_HELPERS) $(PROPERTY_TESTS) $(FUZZERS) $(FUZZ_HELPERS) $(SCRIPT_HELPERS) $(STORE_HELPERS) $(PORTABLE_TESTS) \
  $(FEED_SOURCES) $(BENCH_SOURCES) $(BENCH_SQLITE_SOURCES) $(STORE_BENCH_SOURCES) $(FORECAST_BENCH_SOURCES)

headers: config.mk ## each public header alone as C99, C11 and C++, no warning
	@SRCDIR='$(srcdir)' CC='$(CC)' PUBLIC_HEADERS='$(PUBLIC_HEADERS)' \
	  sh $(srcdir)/tests/abi/headers.sh

installcheck: all ## install below out/, use it as a host would, uninstall
	+@MAKE='$(MAKE)' SRCDIR='$(srcdir)' CC='$(CC)' CFLAGS='$(CFLAGS)' VERSION='$(VERSION)' \
	  prefix='$(prefix)' libdir='$(libdir)' bindir='$(bindir)' includedir='$(includedir)' \
	  ENABLE_SHARED='$(ENABLE_SHARED)' sh $(srcdir)/tests/abi/install.sh

# ---- the same tests in other builds --------------------------------------------

# $(call configure_in,FOLDER,ARGUMENTS): a build of its own below out/.
configure_in = mkdir -p $(1) && cd $(1) && \
  { [ -f config.mk ] && [ -z "$$(find '$(abspath $(srcdir))/configure' -newer config.mk)" ] || \
    '$(abspath $(srcdir))/configure' -q $(2); }
sub_make = $(MAKE) --no-print-directory DATA='$(abspath $(DATA))'

# gcc's ASan was measured ten times slower than clang's on the same program.
SAN_CC = $(if $(shell command -v clang),clang,$(CC))
sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: check-asan check-valgrind check-arm check-i686 check-s390x machines warnings
check-asan: config.mk ## the tests under AddressSanitizer, UBSan and LeakSanitizer
	+@$(call configure_in,out/asan,--disable-shared CC='$(SAN_CC)' \
	  CFLAGS='-g -O1 -fno-omit-frame-pointer $(sanitize)') && \
	$(sub_make) -s all test-programs && \
	$(sub_make) -s check-run SHARE=yes CASES='$(or $(ASAN_CASES),10)'

# That every request for memory may fail is walked through under AddressSanitizer.
check-valgrind: test-programs ## the tests under valgrind, with fewer cases, none long
	@if command -v valgrind >/dev/null; then \
	  CK_FORK=no CK_EXCLUDE_TAGS=long LEAVE_OUT=memory $(MAKE) --no-print-directory -s check-run \
	    CASES='$(or $(VALGRIND_CASES),5)' \
	    RUN='valgrind -q --error-exitcode=9 --leak-check=full'; \
	elif [ "$$CI" = true ]; then echo 'check-valgrind: valgrind is missing'; exit 1; \
	else echo 'check-valgrind: SKIP: apt-get install valgrind libc6-dbg'; fi

machine = +@MAKE='$(MAKE) --no-print-directory DATA=$(abspath $(DATA))' SRCDIR='$(srcdir)' \
  CC='$(CC)' CASES='$(or $(MACHINE_CASES),$(machine_cases))' sh $(srcdir)/tests/abi/machines.sh
machine_cases = 5
check-arm check-s390x: machine_cases = 1
MACHINES = native clang i686 aarch64 arm s390x musl mingw wasm
machine_runs = $(addprefix machine-,$(MACHINES))
check-arm: config.mk ## the tests on 32-bit ARM, emulated
	$(machine) check arm
check-i686: config.mk ## the tests on 32 bits, at full speed where the kernel can
	$(machine) check i686
check-s390x: config.mk ## the tests on a big-endian machine, emulated
	$(machine) check s390x
machines: $(machine_runs) ## on MACHINES= the same answers to the last bit
	$(machine) compare $(MACHINES)
.PHONY: $(machine_runs)
$(machine_runs): machine-%: config.mk
	$(machine) self $*

warnings: config.mk ## everything with gcc and clang, a warning is an error
	+@for cc in gcc clang; do \
	  if command -v $$cc >/dev/null; then \
	    ( $(call configure_in,out/warnings-$$cc,--disable-shared CC=$$cc) && \
	      $(sub_make) -s all $(if $(filter no,$(HAVE_CHECK)),,test-programs) bench-programs \
	        WERROR=-Werror ) || exit 1; \
	    echo "warnings: $$cc: none"; \
	  elif [ "$$CI" = true ]; then echo "warnings: $$cc is missing"; exit 1; \
	  else echo "warnings: SKIP $$cc: not found"; fi; \
	done

.PHONY: fuzz fuzz-run
fuzz: config.mk ## each fuzzer for SECONDS=60, over a copy of the saved inputs
	+@if command -v clang >/dev/null; then \
	  ( $(call configure_in,out/fuzz,--disable-shared CC=clang CFLAGS='-g -O1 \
	      -fsanitize=fuzzer-no-link $(sanitize) \
	      -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION') && \
	    $(sub_make) -s fuzz-run FUZZ_ENGINE=-fsanitize=fuzzer SECONDS='$(SECONDS)' \
	      FUZZERS='$(FUZZERS)' ); \
	elif [ "$$CI" = true ]; then echo 'fuzz: clang is missing'; exit 1; \
	else echo 'fuzz: SKIP: apt-get install clang libclang-rt-14-dev'; fi

fuzz-run: $(fuzzers)
	@failed=; \
	for f in $(fuzzers); do \
	  name=$${f##*/fuzz_}; corpus=out/corpus/$$name; mkdir -p $$corpus; \
	  for saved in '$(srcdir)/tests/fuzz/saved'/$$name/*; do \
	    if [ -f "$$saved" ]; then cp "$$saved" $$corpus/; fi; \
	  done; \
	  echo "fuzz: $$name for $(SECONDS) s"; \
	  case $$name in store) longest=16384 ;; *) longest=4096 ;; esac; \
	  ./$$f -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -max_len=$$longest \
	    -verbosity=0 -print_final_stats=1 -artifact_prefix=out/$$name- $$corpus || \
	    failed="$$failed $$name"; \
	done; \
	if [ -n "$$failed" ]; then echo "fuzz: FAILED:$$failed (inputs: $(CURDIR)/out/)"; exit 1; fi

# ---- shown, measured, described ------------------------------------------------

.PHONY: demo bench bench-programs bench-store docs man format format-check
demo: all $(feed_programs) ## what it does, on a small shop
	@sh $(srcdir)/examples/engagement/demo.sh '$(CURDIR)'

bench-programs: $(bench_run) $(forecast_bench) $(store_bench) $(feed_programs)

# -l and -d: percent of the events that come late, and twice.
feed_name = out/bench/feed_$(N)
feed_files = $(addprefix $(feed_name),.csv .bin _late.csv _late.bin)
$(feed_name).csv $(feed_name).bin: $(feed_name).made ;
$(feed_name)_late.csv $(feed_name)_late.bin: $(feed_name).made ;
$(feed_name).made: $(feed_programs)
	@mkdir -p $(@D)
	$(say) FEED $(feed_name)
	$(quiet)c=$$(($(N) / 10)); for late in '' '_late -l 5 -d 2'; do set -- $$late; \
	  f=$(feed_name)$$1; [ $$# = 0 ] || shift; \
	  out/tests/feed/gen_feed$(EXEEXT) -n $(N) -c $$c "$$@" -o $$f.csv -b $$f.bin || exit 1; \
	done; : >$@

bench: bench-programs $(if $(FEED),,$(feed_files)) ## measure; N=1000000, FEED=file, PEERS=1
	@mkdir -p out/bench; \
	if [ -n '$(PEERS)' ] && [ -z "$${DUCKDB_LIB:-}" ]; then \
	  DUCKDB_LIB=$$(sh $(srcdir)/tests/bench/fetch-duckdb.sh out/duckdb) && \
	    export DUCKDB_LIB || unset DUCKDB_LIB; \
	fi; \
	./$(bench_run) -t out/bench -j '$(JOBS)' $(if $(PEERS),-e all) $(if $(FEED), \
	  $(addprefix -f ,$(FEED)) $(addprefix -l ,$(LATE)), \
	  -f $(feed_name).csv -f $(feed_name).bin \
	  -l $(feed_name)_late.csv -l $(feed_name)_late.bin) && \
	./$(forecast_bench) $(N) && \
	sh $(srcdir)/tests/bench/instructions.sh ./$(forecast_bench) && \
	sh $(srcdir)/tests/bench/instructions_metrics.sh ./$(bench_run) \
	  out/tests/feed/gen_feed$(EXEEXT) out/bench

bench-store: $(store_bench) $(feed_files) ## durable writing beside plain SQLite; N=1000000, FOLDER=out/bench
	@mkdir -p out/bench; ./$(store_bench) $(feed_name).bin $(or $(FOLDER),out/bench)

docs: config.mk ## the reference, from the public headers, in out/docs
	@command -v doxygen >/dev/null && command -v dot >/dev/null || \
	  '$(srcdir)/bootstrap' --docs || { \
	    if [ "$$CI" = true ]; then exit 1; else echo 'docs: SKIP'; fi; }
	@command -v doxygen >/dev/null || exit 0; mkdir -p out/docs; \
	sed -e 's,@srcdir@,$(srcdir),g' -e 's,@VERSION@,$(VERSION),g' \
	  -e 's,@PAGES@,$(addprefix $(srcdir)/,$(DOC_PAGES)),g' \
	  $(srcdir)/docs/Doxyfile.in >out/docs/Doxyfile; \
	doxygen out/docs/Doxyfile && \
	sh $(srcdir)/docs/man3.sh out/docs/man/man3 out/man/man3 '$(VERSION)' \
	  $(srcdir)/docs/symbols-in-versions && \
	echo 'docs: out/docs/html/index.html, out/man/man3'

man: docs ## manual pages of the library, which install then installs

c_files = $(addprefix $(srcdir)/,$(filter %.c %.h,$(named_files)))
format: ## clang-format on every named file
	clang-format -i $(c_files)
format-check:
	clang-format --dry-run --Werror $(c_files)

# ---- installed -----------------------------------------------------------------

cmakedir = $(libdir)/cmake/engagement
completiondir = $(datarootdir)/bash-completion/completions

# What is for a reader beside the headers; the manual is for `man`.
installed_docs = README.md CHANGELOG.md $(DOC_PAGES)
installed_examples = $(EXAMPLES) examples/log.csv examples/orders.csv

.PHONY: install uninstall
install: all ## into DESTDIR and prefix
	$(INSTALL) -d '$(DESTDIR)$(libdir)/pkgconfig' '$(DESTDIR)$(cmakedir)' \
	  '$(DESTDIR)$(includedir)/engagement' '$(DESTDIR)$(bindir)'
	$(LIBTOOL) --silent --mode=install $(INSTALL) libengagement.la '$(DESTDIR)$(libdir)'
	$(LIBTOOL) --silent --mode=install $(INSTALL_PROGRAM) engagement$(EXEEXT) '$(DESTDIR)$(bindir)'
	for h in $(patsubst include/%,%,$(PUBLIC_HEADERS)); do \
	  $(INSTALL) -d "$(DESTDIR)$(includedir)/$$(dirname $$h)" && \
	  $(INSTALL_DATA) $(srcdir)/include/$$h "$(DESTDIR)$(includedir)/$$h" || exit 1; \
	done
	$(INSTALL_DATA) engagement.pc '$(DESTDIR)$(libdir)/pkgconfig'
	$(INSTALL) -d '$(DESTDIR)$(mandir)/man1' '$(DESTDIR)$(completiondir)'
	$(INSTALL_DATA) $(srcdir)/docs/engagement.1 '$(DESTDIR)$(mandir)/man1'
	$(INSTALL_DATA) $(srcdir)/examples/engagement/completion.bash \
	  '$(DESTDIR)$(completiondir)/engagement'
	$(INSTALL) -d '$(DESTDIR)$(docdir)/examples'
	$(INSTALL_DATA) $(addprefix $(srcdir)/,$(installed_docs)) '$(DESTDIR)$(docdir)'
	$(INSTALL_DATA) $(addprefix $(srcdir)/,$(installed_examples)) '$(DESTDIR)$(docdir)/examples'
	if [ -d out/man/man3 ]; then $(INSTALL) -d '$(DESTDIR)$(mandir)/man3' && \
	  $(INSTALL_DATA) out/man/man3/*.3 '$(DESTDIR)$(mandir)/man3'; fi
	for f in engagement-config engagement-config-version; do \
	  sed -e 's,@libdir@,$(libdir),g' -e 's,@includedir@,$(includedir),g' \
	    -e 's,@SQLITE3_LINK@,$(if $(filter 1,$(HAVE_SQLITE3)),;$(strip $(SQLITE3_LIBS))),g' \
	    -e 's,@VERSION@,$(VERSION),g' $(srcdir)/lib/$$f.cmake.in >out/$$f.cmake && \
	  $(INSTALL_DATA) out/$$f.cmake '$(DESTDIR)$(cmakedir)' || exit 1; \
	done

# Folders that are ours alone go too, if nobody else put anything into them.
uninstall: ## everything that install put there
	$(LIBTOOL) --silent --mode=uninstall rm -f '$(DESTDIR)$(libdir)/libengagement.la'
	$(LIBTOOL) --silent --mode=uninstall rm -f '$(DESTDIR)$(bindir)/engagement$(EXEEXT)'
	rm -f '$(DESTDIR)$(libdir)/pkgconfig/engagement.pc' \
	  '$(DESTDIR)$(cmakedir)/engagement-config.cmake' \
	  '$(DESTDIR)$(cmakedir)/engagement-config-version.cmake'
	cd '$(DESTDIR)$(includedir)' 2>/dev/null && \
	  rm -f $(patsubst include/%,%,$(PUBLIC_HEADERS)) || :
	rm -f '$(DESTDIR)$(mandir)/man1/engagement.1' '$(DESTDIR)$(completiondir)/engagement' \
	  '$(DESTDIR)$(mandir)'/man3/eng_*.3 '$(DESTDIR)$(mandir)'/man3/engagement-*.3
	rm -f $(foreach f,$(installed_docs),'$(DESTDIR)$(docdir)/$(notdir $f)') \
	  $(foreach f,$(installed_examples),'$(DESTDIR)$(docdir)/examples/$(notdir $f)')
	for d in '$(docdir)/examples' '$(docdir)' '$(includedir)/engagement/experimental' '$(includedir)/engagement' '$(cmakedir)'; do \
	  rmdir "$(DESTDIR)$$d" 2>/dev/null || :; \
	done

# ---- released ------------------------------------------------------------------

dist_name = libengagement-$(VERSION)
top_files = Makefile configure.ac config.mk.in config.h.in engagement.pc.in README.md \
  CHANGELOG.md CONTRIBUTING.md LICENSE bootstrap .gitignore .clang-format
top_folders = .ci include lib examples tests docs
# What git knows; in an unpacked release, where nothing is built in place, what is there.
dist_list = { cd '$(srcdir)' && if [ -e .git ]; then \
    git ls-files -- $(top_files) $(top_folders); \
  else printf '%s\n' $(top_files) && find $(top_folders) -type f; fi; } | LC_ALL=C sort
dist_time = $(or $(SOURCE_DATE_EPOCH),$(shell cd '$(srcdir)' && \
  { [ -e .git ] && git log -1 --format=%ct || date -r configure.ac +%s; } 2>/dev/null))

.PHONY: dist distcheck
dist: config.mk ## libengagement-VERSION.tar.gz, the same bytes for the same commit
	@$(dist_list) >$(dist_name).list
	@tar --format=ustar --sort=name --no-recursion --mtime=@$(dist_time) --owner=0 --group=0 \
	  --numeric-owner --mode=u=rwX,go=rX --transform='s,^,$(dist_name)/,' \
	  -cf $(dist_name).tar -C '$(srcdir)' -T '$(CURDIR)/$(dist_name).list'
	@gzip -nf9 $(dist_name).tar && rm -f $(dist_name).list
	@echo $(dist_name).tar.gz

# The tests have passed here with every case; in what was unpacked they show that nothing
# is missing from it.
distcheck: dist ## unpack, build elsewhere, check, install, uninstall, dist again
	@MAKE='$(MAKE) --no-print-directory' SRCDIR='$(srcdir)' DIST='$(dist_name)' \
	  DIST_TIME='$(dist_time)' sh $(srcdir)/tests/abi/dist.sh
	@rm -rf out/distcheck && mkdir -p out/distcheck/build && \
	tar -C out/distcheck -xzf $(dist_name).tar.gz
	+@cd out/distcheck/build && ../$(dist_name)/bootstrap && \
	$(sub_make) -s check CASES='$(or $(DISTCHECK_CASES),10)' && \
	$(sub_make) -s installcheck && $(sub_make) -s dist
	@cmp $(dist_name).tar.gz out/distcheck/build/$(dist_name).tar.gz
	@rm -rf out/distcheck; echo 'distcheck: $(dist_name).tar.gz is good'

.PHONY: clean distclean help
clean: ## what make wrote
	rm -rf out .libs libengagement.la engagement engagement.exe libengagement-*.tar.gz

distclean: clean ## and what bootstrap and configure wrote: a fresh checkout
	rm -f config.mk config.h config.log config.status engagement.pc libtool
	if [ '$(srcdir)' = . ]; then \
	  rm -rf configure configure~ build-aux m4 autom4te.cache aclocal.m4; \
	else rm -f Makefile; fi

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' \
	  '$(srcdir)/Makefile'

# ---- header dependencies -------------------------------------------------------

-include $(patsubst %.lo,%.d,$(lib_objects))
-include $(patsubst %.o,%.d,$(program_objects) $(unit_objects) $(property_objects))
-include $(patsubst %.c,out/%.d,$(FUZZERS) $(EXAMPLES) \
  $(LIFECYCLE_EXAMPLES) $(LIFECYCLE_HELPERS) $(SCRIPT_HELPERS) $(STORE_HELPERS) $(BENCH_SOURCES) \
  $(BENCH_SQLITE_SOURCES) $(STORE_BENCH_SOURCES) $(FORECAST_BENCH_SOURCES) $(FEED_SOURCES) $(PORTABLE_TESTS) tests/fuzz/replay.c)
