#include "transports/session/resume.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace warren;
using namespace warren::session;

BOOST_AUTO_TEST_SUITE(resume_proofs)

BOOST_AUTO_TEST_CASE(each_proof_is_good_for_one_step_one_side_one_pair_of_nonces_and_one_number) {
  crypto::secret<32> exporter;
  resume_keys keys{exporter, {}};
  wire::nonce zero{};
  wire::nonce one{};
  one[0] = std::byte{1};
  std::set<wire::mac> proofs;
  for (auto side : {role::initiator, role::responder}) {
    for (const auto& dialler : {zero, one}) {
      BOOST_TEST(proofs.insert(keys.request_proof(side, dialler)).second);
      for (const auto& acceptor : {zero, one})
        for (std::uint64_t next : {0, 1}) {
          BOOST_TEST(proofs.insert(keys.challenge_proof(side, dialler, acceptor, next)).second);
          BOOST_TEST(proofs.insert(keys.confirm_proof(side, dialler, acceptor, next)).second);
        }
    }
  }
  exporter.writable()[0] = std::byte{1};
  BOOST_TEST(proofs.insert(resume_keys{exporter, {}}.request_proof(role::initiator, zero)).second);
}

BOOST_AUTO_TEST_CASE(the_session_id_comes_from_the_handshake_hash_alone) {
  crypto::secret<32> exporter;
  crypto::digest32 hash{};
  resume_keys keys{exporter, hash};
  exporter.writable()[0] = std::byte{1};
  BOOST_TEST((resume_keys{exporter, hash}.id() == keys.id()));
  hash[0] = std::byte{1};
  BOOST_TEST((resume_keys{exporter, hash}.id() != keys.id()));
}

BOOST_AUTO_TEST_SUITE_END()
