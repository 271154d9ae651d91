#include "transports/dht/errc.hpp"

#include <boost/test/unit_test.hpp>

using warren::dht::errc;

BOOST_AUTO_TEST_SUITE(dht_errc_test)

BOOST_AUTO_TEST_CASE(every_error_has_a_message_and_survives_the_way_through_an_error_code) {
  for (auto value : {errc::no_nodes, errc::too_many_lookups, errc::bad_saved_table, errc::other_table_version, errc::bad_value,
                     errc::bad_salt, errc::bad_signature, errc::cas_mismatch, errc::superseded, errc::bad_record,
                     errc::no_rendezvous, errc::not_forwarded}) {
    std::error_code code = value;
    BOOST_TEST((code == value));
    BOOST_TEST(code.category().name() == std::string{"dht"});
    BOOST_TEST(code.message() != "unknown DHT error");
  }
}

BOOST_AUTO_TEST_SUITE_END()
