package secretfile

// Options are what a file is read with. The zero Options read a file that stands
// alone.
type Options struct {
	// Env looks up a variable of the environment. Nil means that there is none.
	Env func(name string) (string, bool)
	// Environment selects an environment of the file; empty takes its default.
	Environment string
	// Files reads what the file names. Nil means that nothing can be read.
	Files Files
	// VariableFiles are files of variables that stand above those of the file and
	// of its environment, later ones above earlier ones.
	VariableFiles []VariableFile
	// Vars are variables of the command line, as text, above all others. Everybody
	// on the machine can read a command line, so no secret may be made of them.
	Vars map[string]string
	// UnsetEnvIsUnknown takes an unset variable for a value that is not known
	// yet instead of an error.
	UnsetEnvIsUnknown bool
	// Strict makes errors of keys that are only tolerated.
	Strict bool
}

// VariableFile is a file of variables: a map, in YAML or HCL.
type VariableFile struct {
	Name string // for messages
	Text []byte
	// Notice says what was peculiar about finding it; mostly empty.
	Notice string
}

// Files reads files of a project for the Secretfile. Implementations keep within
// the directory of the Secretfile.
type Files interface {
	// Variables reads a file of variables that an environment names.
	Variables(path string) (VariableFile, error)
	// Template reads a text that a value is composed of.
	Template(path string) ([]byte, error)
}

// variablePrefix begins environment variables that set variables of the file.
const variablePrefix = "SZ_VAR_"
