import { ActionIcon, Code, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** Lines for a shell, to be copied in one click; broken between words, never within an option. */
export const CommandLines = ({ text }: { text: string }) => (
  <div className="command">
    <Code block className="wrap-lines">
      {text.split(/(\s+)/).map((part, place) => (part.trim() ? <span key={place}>{part}</span> : part))}
    </Code>
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : "Copy"} withArrow>
          <ActionIcon variant="default" size="sm" className="copy" aria-label="Copy the command" onClick={copy}>
            {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  </div>
);
