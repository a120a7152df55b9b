"""``dew tls``: how clients come to trust the certificate that dewd shows."""

import hashlib
import os
import ssl

from dew.cli import show
from dew.cli.failure import Exit, Failure
from dew.cli.home import address, data_directory
from dew.cli.parameters import Json

HOW = """\
dewd shows a certificate that an authority of this machine signed:
  {path}
  SHA-256 {fingerprint}

The dew command on this machine trusts it already. For other clients, one of these:
  curl                        curl --cacert {path} {url}/v2/account -H "Authorization: Bearer $DEW_TOKEN"
  doctl, Terraform, anything  export SSL_CERT_FILE={path}
    in Go, Python's ssl
  pydo, requests              export REQUESTS_CA_BUNDLE={path}
  Node.js                     export NODE_EXTRA_CA_CERTS={path}
  all of Debian or Ubuntu     sudo cp {path} /usr/local/share/ca-certificates/dew.crt
                              sudo update-ca-certificates
  Fedora and the like         sudo cp {path} /etc/pki/ca-trust/source/anchors/dew.pem
                              sudo update-ca-trust
  a browser                   import the file under its certificates, as an authority for websites
On another machine, copy the file there first and compare the fingerprint. SSL_CERT_FILE replaces what is
trusted otherwise: set it for the one program only. Never give away authority.key beside it: who has it can
be any website to those who trust this authority."""


def tls(*, as_json: Json = False) -> None:
    """Show where the authority of dewd's certificate is, and how clients come to trust it."""
    path = data_directory() / "tls" / "authority.pem"
    if not os.access(path, os.R_OK):
        wrong = f"There is no authority at {path}. It is made by dewd with TLS: dew down, then dew up --tls"
        raise Failure(wrong, Exit.NOT_FOUND)
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(path.read_text())).hexdigest().upper()
    fingerprint = ":".join(digest[start : start + 2] for start in range(0, len(digest), 2))
    facts = {"authority": str(path), "sha256": fingerprint, "url": address()}
    show.tell(facts, HOW.format(path=path, fingerprint=fingerprint, url=address()), as_json)
