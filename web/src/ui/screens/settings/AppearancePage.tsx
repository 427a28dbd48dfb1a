import { Contrast as ContrastIcon, type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { languageNames, languages, setLanguage, useLanguage, useT } from "../../../i18n/index.ts";
import {
  type Contrast,
  readAppearance,
  setContrast,
  setTheme,
  storeLanguage,
  type Theme,
} from "../../../model/appearance.ts";
import { Select } from "../../kit/Select.tsx";
import styles from "./Settings.module.css";

const themes: readonly { readonly value: Theme; readonly icon: LucideIcon }[] = [
  { value: "system", icon: Monitor },
  { value: "light", icon: Sun },
  { value: "dark", icon: Moon },
];
const contrasts: readonly { readonly value: Contrast; readonly icon: LucideIcon }[] = [
  { value: "system", icon: Monitor },
  { value: "more", icon: ContrastIcon },
];

/** How Parley looks on this device, and which language it speaks. */
export function AppearancePage() {
  const t = useT();
  const language = useLanguage();
  const [{ theme, contrast }, setShown] = useState(readAppearance);
  return (
    <>
      <div className={styles.card}>
        <Choices
          name="theme"
          legend={t("settings.theme")}
          value={theme}
          choices={themes.map(({ value, icon }) => ({ value, icon, label: t(`settings.themes.${value}`) }))}
          onChange={(value) => {
            setTheme(value);
            setShown(readAppearance());
          }}
        />
      </div>
      <div className={styles.card}>
        <Choices
          name="contrast"
          legend={t("settings.contrast")}
          value={contrast}
          choices={contrasts.map(({ value, icon }) => ({ value, icon, label: t(`settings.contrasts.${value}`) }))}
          onChange={(value) => {
            setContrast(value);
            setShown(readAppearance());
          }}
        />
      </div>
      <div className={styles.card}>
        <Select
          label={t("settings.language")}
          value={language}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          onChange={(value) => {
            storeLanguage(value);
            void setLanguage(value);
          }}
        />
      </div>
    </>
  );
}

function Choices<Value extends string>(props: {
  readonly name: string;
  readonly legend: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly icon: LucideIcon; readonly label: string }[];
  readonly onChange: (value: Value) => void;
}) {
  return (
    <fieldset className={styles.choices}>
      <legend>{props.legend}</legend>
      {props.choices.map(({ value, icon: Icon, label }) => (
        <label key={value} className={styles.choice}>
          <input
            type="radio"
            name={props.name}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <Icon size={24} strokeWidth={1.7} aria-hidden="true" />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
