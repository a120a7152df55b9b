/** The files that were dropped, and those in folders that were: not what lies deeper. */
export async function droppedFiles(dropped: DataTransfer): Promise<File[]> {
  const found = [...dropped.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() })); // now: it is gone after the event
  const files = await Promise.all(found.map(async ({ entry, file }) => (entry?.isDirectory ? await filesIn(entry as FileSystemDirectoryEntry) : [file])));
  return files.flat().filter((file) => file !== null);
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => folder.createReader().readEntries(resolve, reject));
  const files = entries.filter((entry) => entry.isFile) as FileSystemFileEntry[];
  return Promise.all(files.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))));
}
