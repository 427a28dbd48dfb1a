import { Languages } from "lucide-react";
import { languageNames, languages, setLanguage, useLanguage } from "../../../i18n/index.ts";
import { storeLanguage } from "../../../model/appearance.ts";
import { Button } from "../../kit/Button.tsx";
import { Menu } from "../../kit/Menu.tsx";

/** The language, in its own words. */
export function LanguageMenu() {
  const language = useLanguage();
  const entries = languages.map((code) => ({
    label: languageNames[code],
    act: () => {
      storeLanguage(code);
      void setLanguage(code);
    },
  }));
  return (
    <Menu entries={entries} align="start" side="top">
      <Button look="plain" icon={<Languages aria-hidden="true" size={18} />}>
        {languageNames[language]}
      </Button>
    </Menu>
  );
}
