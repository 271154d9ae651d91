#include "messages/secret_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <ostream>

using namespace warren;

namespace {

template <class T>
concept printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!printable<secret_bytes>);

/// What stood in `watched` when it was freed: only the allocator sees a buffer after its owner.
const void* watched = nullptr;
std::array<std::byte, 8> left_behind{};
bool freed = false;

void look_and_free(void* memory) noexcept {
  if (memory != nullptr && memory == watched) {
    std::copy_n(static_cast<const std::byte*>(memory), left_behind.size(), left_behind.begin());
    watched = nullptr;
    freed = true;
  }
  std::free(memory);
}

bool all_zero(byte_view data) {
  return std::ranges::all_of(data, [](std::byte octet) { return octet == std::byte{0}; });
}

} // namespace

void* operator new(std::size_t size) {
  if (auto memory = std::malloc(size == 0 ? 1 : size))
    return memory;
  throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept {
  look_and_free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  look_and_free(memory);
}

BOOST_AUTO_TEST_SUITE(secret_bytes_test)

BOOST_AUTO_TEST_CASE(wiping_leaves_zeros) {
  auto data = to_bytes("key material");
  wipe(data);
  BOOST_TEST(all_zero(data));
  wipe({});
}

BOOST_AUTO_TEST_CASE(copies_share_the_octets_and_the_last_one_gone_wipes_them) {
  auto first = std::optional{secret_bytes{"8 octets"}};
  auto second = std::optional{*first};
  BOOST_TEST(first->view().data() == second->view().data());
  watched = first->view().data();
  freed = false;
  first.reset();
  BOOST_TEST(!freed);
  BOOST_TEST(as_text(second->view()) == "8 octets");
  *second = secret_bytes{"another one"};
  BOOST_TEST(freed);
  BOOST_TEST(all_zero(left_behind));
}

BOOST_AUTO_TEST_CASE(secrets_are_equal_when_every_octet_is) {
  BOOST_TEST((secret_bytes{"s3cret"} == secret_bytes{as_byte_view("s3cret")}));
  for (auto other : {"S3cret", "s3cres", "s3cre", "s3cret ", ""})
    BOOST_TEST((secret_bytes{"s3cret"} != secret_bytes{std::string_view{other}}), other);
  BOOST_TEST((secret_bytes{} == secret_bytes{""}));
}

BOOST_AUTO_TEST_CASE(an_empty_secret_is_none) {
  BOOST_TEST(secret_bytes{}.empty());
  BOOST_TEST(secret_bytes{""}.empty());
  BOOST_TEST(!secret_bytes{"x"}.empty());
  BOOST_TEST(secret_bytes{"x"}.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_secret_as_text_says_only_that_there_is_one) {
  BOOST_TEST(to_string(secret_bytes{"s3cret"}) == "(secret)");
  BOOST_TEST(to_string(secret_bytes{}) == "(none)");
}

BOOST_AUTO_TEST_SUITE_END()
