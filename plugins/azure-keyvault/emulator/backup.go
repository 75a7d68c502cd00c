package emulator

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// backupSeal closes the blobs of backups, so that they show no value to who looks
// at them, as those of the service do not. Its key is no secret: every emulator
// reads what another one wrote.
var backupSeal = func() cipher.AEAD {
	key := sha256.Sum256([]byte("keyvault-emulator backup"))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has a length of AES
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // the block is that of AES
	}
	return seal
}()

// blob is the body of a backup and of a restore.
type blob struct {
	Value string `json:"value"`
}

func (c *call) backup() answer {
	secret := c.findLive()
	if secret == nil {
		return refuse(notFound(c.route.name))
	}
	text, err := json.Marshal(secret)
	if err != nil {
		return refuse(internal)
	}
	return ok(blob{base64.RawURLEncoding.EncodeToString(backupSeal.Seal(nil, nil, text, nil))})
}

// restore brings a secret back with the version ids that it had (azsecrets
// recordings, TestBackupRestore).
func (c *call) restore() answer {
	var request blob
	if json.Unmarshal(c.text, &request) != nil {
		return refuse(badParameter("The request body is not valid JSON.", ""))
	}
	sealed, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(request.Value, "="))
	if err != nil {
		return refuse(badParameter("The backup is not valid.", ""))
	}
	text, err := backupSeal.Open(nil, nil, sealed, nil)
	secret := &secretState{}
	if err != nil || json.Unmarshal(text, secret) != nil || secret.check() != nil {
		return refuse(badParameter("The backup is not valid.", ""))
	}
	if c.server.store.find(c.vault, secret.Name) != nil {
		return refuse(conflict("There was a conflict restoring the secret "+secret.Name+" in this key vault.", ""))
	}
	c.server.store.put(c.vault, secret)
	return ok(c.bundle(secret, secret.current(), false))
}
