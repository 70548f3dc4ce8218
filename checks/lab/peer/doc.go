// Package peer starts real servers for the project's tests: programs of other
// authors which stand for what an LCS deployment is made of.
//
// [StartSamba] and [Share] give a Samba domain controller that stands for the forest's
// Active Directory: real schema, real SIDs, global catalogue, LDAP over TLS, Kerberos.
// Its LCS objects come from a [Forest], plain data in which a test can plant a
// fault before the directory is loaded.
//
// Every server listens on a loopback address of its own, so that test binaries can run
// side by side, and dies with the test binary, however that ends.
//
// The programs are the ones .ci/peers installs. Where one is missing [Need] skips
// the test, or fails it in continuous integration.
package peer
