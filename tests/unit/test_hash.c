/* SPDX-License-Identifier: MIT
 *
 * test_hash.c - the documented hash, the digest and the hash of tables.
 *
 * The values come from a second implementation in another language, which gives the
 * published vectors of the SipHash reference (key 00..0f; 64 and 128 bits). Under that
 * key this library has no 2-4 function, so 2-4 is compared under the key of zeros and
 * 1-3 under 00..0f; messages are the bytes 00, 01, 02, ..., as in the reference.
 */
#include <stdio.h>
#include <string.h>

#include "core/hash.h"
#include "unit/support.h"

Suite *hash_suite(void);

static const struct {
  size_t length;
  uint64_t hash, table;
  const char *wide;
} vectors[] = {
    {0, UINT64_C(0x1e924b9d737700d7), UINT64_C(0xabac0158050fc4dc),
     "5049d74780a3e07d4202ab47d4cef2f4"},
    {1, UINT64_C(0x8b5a0baa49fbc58d), UINT64_C(0xc9f49bf37d57ca93),
     "d41e12e85e4cafb831f094e57538b801"},
    {7, UINT64_C(0xb3d67eaf2c11480b), UINT64_C(0xd3927d989bb11140),
     "78369bf9405ce46157d77ff83381b2ff"},
    {8, UINT64_C(0xc72b1c24fc2f7938), UINT64_C(0x369095118d299a8e),
     "4b6534f901eb440ee95540294a75af84"},
    {9, UINT64_C(0x610e7ab6ada60b22), UINT64_C(0x25a48eb36c063de4),
     "d8c7e44c0313eb9659b9a4f89b623e94"},
    {15, UINT64_C(0xd0567cd44e891363), UINT64_C(0xd320d86d2a519956),
     "9fb8537a9c0f25128384ea0249c0955e"},
    {16, UINT64_C(0xc902632ed88f897f), UINT64_C(0xcc4fdd1a7d908b66),
     "81ad50ab90f25032a234bb58732a508b"},
    {63, UINT64_C(0x8825b5ec8cfb55c6), UINT64_C(0x9d199062b7bbb3a8),
     "4e3d42cf5df942ef96fae55b4875d8de"},
};

enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static const uint8_t *message(void)
{
  static uint8_t bytes[64];

  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
  return bytes;
}

START_TEST(siphash_2_4_of_a_second_implementation)
{
  ck_assert(eng__hash(message(), vectors[_i].length) == vectors[_i].hash);
  ck_assert(eng_hash((const char *)message(), vectors[_i].length) == vectors[_i].hash);
}
END_TEST

START_TEST(siphash_2_4_with_128_bits_of_a_second_implementation)
{
  uint8_t out[16];
  char text[33];

  eng__hash128(message(), vectors[_i].length, out);
  for (int i = 0; i < 16; i++) snprintf(text + 2 * i, 3, "%02x", out[i]);
  ck_assert_str_eq(text, vectors[_i].wide);
}
END_TEST

START_TEST(siphash_1_3_under_a_key_of_a_second_implementation)
{
  const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};

  ck_assert(eng__table_hash(key, message(), vectors[_i].length) == vectors[_i].table);
}
END_TEST

START_TEST(nothing_can_be_hashed_from_nowhere)
{
  ck_assert(eng_hash(NULL, 0) == vectors[0].hash);
}
END_TEST

START_TEST(where_the_message_lies_does_not_matter)
{
  uint8_t shifted[80];

  for (size_t by = 0; by < 8; by++) {
    memcpy(shifted + by, message(), 63);
    ck_assert(eng__hash(shifted + by, 63) == vectors[VECTORS - 1].hash);
  }
}
END_TEST

START_TEST(an_id_is_a_hash_of_the_hashes_of_source_and_id)
{
  ck_assert(eng_event_id_hash("till-1", 6, "R-1001", 6) ==
            UINT64_C(0xa54028e287537238));
  ck_assert(eng_event_id_hash("till-1", 6, "R-1001", 6) !=
            eng_event_id_hash("till-1R", 7, "-1001", 5));
  ck_assert(eng_event_id_hash(NULL, 0, NULL, 0) == eng_event_id_hash("", 0, "", 0));
}
END_TEST

START_TEST(an_id_as_exports_print_it_is_the_number_itself)
{
  ck_assert(eng_event_id_hash(NULL, 0, "#00ff00fF12AbcdE9", 17) ==
            UINT64_C(0x00ff00ff12abcde9));
  ck_assert(eng_event_id_hash("", 0, "#ffffffffffffffff", 17) == UINT64_MAX);
  ck_assert(eng_event_id_hash("", 0, "#0000000000000000", 17) == 0);
}
END_TEST

START_TEST(what_only_resembles_an_exported_id_is_hashed)
{
  ck_assert(eng_event_id_hash("", 0, "#123", 4) == UINT64_C(0x91f0b6142a0293ed));
  ck_assert(eng_event_id_hash("", 0, "#00ff00ff12abcdeg", 17) !=
            UINT64_C(0x00ff00ff12abcde0));
  ck_assert(eng_event_id_hash("s", 1, "#00ff00ff12abcde9", 17) !=
            UINT64_C(0x00ff00ff12abcde9));
  ck_assert(eng_event_id_hash("", 0, "0x00ff00ff12abcde", 17) !=
            UINT64_C(0x000ff00ff12abcde));
  ck_assert(eng_event_id_hash("", 0, "#/:@G`g0000000000", 17) != 0);
}
END_TEST

Suite *hash_suite(void)
{
  Suite *suite = suite_create("hash");
  TCase *tests = tcase_create("hash");

  tcase_add_loop_test(tests, siphash_2_4_of_a_second_implementation, 0, VECTORS);
  tcase_add_loop_test(tests, siphash_2_4_with_128_bits_of_a_second_implementation, 0,
                      VECTORS);
  tcase_add_loop_test(tests, siphash_1_3_under_a_key_of_a_second_implementation, 0,
                      VECTORS);
  tcase_add_test(tests, nothing_can_be_hashed_from_nowhere);
  tcase_add_test(tests, where_the_message_lies_does_not_matter);
  tcase_add_test(tests, an_id_is_a_hash_of_the_hashes_of_source_and_id);
  tcase_add_test(tests, an_id_as_exports_print_it_is_the_number_itself);
  tcase_add_test(tests, what_only_resembles_an_exported_id_is_hashed);
  suite_add_tcase(suite, tests);
  return suite;
}
