#include "actors/identity_file.hpp"
#include "tools/warren/command.hpp"
#include "tools/warren/output.hpp"
#include "transports/crypto/system_random.hpp"

namespace warren::program {

void add_keygen(CLI::App& app) {
  struct flags {
    std::string file;
    bool json = false;
  };
  auto given = std::make_shared<flags>();
  auto sub = app.add_subcommand("keygen", "make an identity (a secret key) in a new file of mode 0600");
  sub->add_option("--out", given->file, "file to make; never overwritten")->required();
  sub->add_flag("--json", given->json, "print JSON");
  sub->callback([given] {
    crypto::system_random random;
    auto made = create_identity(given->file, random);
    if (!made)
      throw failure{describe(made.error())};
    output{given->json}.event({{"peer_id", to_string(made->id())}});
  });
}

} // namespace warren::program
